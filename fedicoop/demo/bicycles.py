"""Drawn photos of bicycles: a cargo bike, a child's bike, one on the repair stand."""

import math

from fedicoop.demo.drawing import Pen


def wheel(
    pen: Pen, x: float, y: float, r: float, *, tyre: str = "ink", rim: str = "silver", spokes: int = 14
) -> None:
    for spoke in range(spokes):
        angle = math.tau * spoke / spokes
        pen.line([(x, y), (x + r * math.cos(angle), y + r * math.sin(angle))], 2.5, "steel")
    pen.ring(x, y, r - 11, 7, rim)
    pen.ring(x, y, r, 17, tyre)
    pen.disc(x, y, r * 0.09, "iron")


def crank(pen: Pen, x: float, y: float, size: float) -> None:
    pen.disc(x, y, size * 0.5, "iron")
    pen.ring(x, y, size * 0.52, size * 0.1, "ink")
    pen.disc(x, y, size * 0.16, "silver")
    pen.line([(x, y), (x + size * 0.75, y + size * 0.62)], size * 0.15, "silver")
    pen.box(x + size * 0.48, y + size * 0.58, size * 0.56, size * 0.16, "ink", r=5)


def saddle(pen: Pen, x: float, y: float, fill: str, scale: float = 1) -> None:
    seat = pen.moved(x, y, scale=scale)
    seat.blob([(-62, -16), (-30, -22), (20, -12), (66, -10), (62, 4), (10, 10), (-30, 16), (-60, 10)], fill)


def street(pen: Pen, wall: str, wall_foot: str, ground: str, sun: str) -> None:
    pen.box(0, 0, 1200, 760, wall, wall_foot)
    pen.disc(600, 430, 340, sun)
    pen.box(0, 730, 1200, 170, ground)


def house(pen: Pen, x: float, width: float, height: float, front: str, roof: str, window: str) -> None:
    foot = 730
    pen.box(x, foot - height, width, height, front)
    pen.shape(
        [(x - 18, foot - height), (x + width / 2, foot - height - 95), (x + width + 18, foot - height)], roof
    )
    for column in (0.16, 0.58):
        for row in range(int(height // 130)):
            pen.box(x + width * column, foot - height + 40 + row * 125, width * 0.26, 70, window, r=6)


def cargo_bike(pen: Pen) -> None:
    street(pen, "#fdf3df", "#fbe0bd", "#e9c796", "#fbd99a")
    house(pen, 60, 190, 300, "#f2c4a4", "#d68a66", "#fbe6cf")
    house(pen, 262, 150, 210, "#f6d9b4", "#cf9a64", "#fff1d8")
    house(pen, 900, 220, 260, "#efc9b0", "#c97f60", "#fbe6cf")
    for x, y, size in ((1150, 610, 84), (30, 640, 70)):
        pen.box(x - 7, y, 14, 120, "bark")
        pen.disc(x, y - 10, size, "sage", "#a9bb82")
    pen.shadow(620, 792, 480, 22)
    wheel(pen, 300, 660, 128)
    wheel(pen, 985, 700, 86, spokes=12)
    for points in ([(300, 660), (455, 690), (560, 700)], [(300, 660), (400, 470)]):
        pen.line(points, 15, "pine")
    pen.line([(455, 690), (378, 420)], 18, "teal")
    pen.line([(395, 480), (565, 560)], 18, "teal")
    pen.line([(455, 690), (600, 716), (850, 716), (925, 560)], 20, "teal")
    pen.line([(905, 520), (945, 610), (985, 700)], 17, "pine")
    pen.line([(608, 716), (548, 380)], 18, "pine")
    pen.curve([(470, 380), (515, 362), (548, 378), (585, 366)], 14, "ink")
    pen.line([(452, 384), (490, 374)], 20, "bark")
    crank(pen, 455, 690, 72)
    saddle(pen, 374, 412, "bark", 1.05)
    pen.ring(300, 660, 150, 12, "teal", start=180, end=305)
    pen.box(190, 486, 190, 14, "iron", r=7)
    dog(pen.moved(765, 430))
    for x, y in ((650, 468), (682, 478), (626, 486)):
        pen.disc(x, y, 32, "leaf", "olive")
    pen.moved(868, 490, turn=24).box(-17, -120, 34, 150, "oak", "wood", r=17)
    for step in range(4):
        pen.moved(868, 490, turn=24).line([(-9, -96 + step * 28), (9, -104 + step * 28)], 5, "butter")
    pen.shape([(590, 492), (912, 492), (874, 696), (630, 696)], "oak", "wood")
    for fraction in (0.26, 0.5, 0.74):
        plank = 492 + 204 * fraction
        pen.line([(592 + 38 * fraction, plank), (910 - 36 * fraction, plank)], 4, "#b57d47")
    pen.line([(586, 492), (916, 492)], 20, "bark")
    pen.disc(752, 592, 40, "cream")
    pen.blob(
        [(752, 616), (730, 594), (730, 578), (742, 573), (752, 583), (762, 573), (774, 578), (774, 594)],
        "terracotta",
    )


def dog(pen: Pen) -> None:
    pen.blob([(-60, 80), (-58, -30), (-30, -76), (30, -76), (58, -30), (60, 80)], "#e9c08c", "#d9a566")
    pen.blob([(-50, -58), (-86, -50), (-92, 10), (-70, 26), (-52, -10)], "bark")
    pen.blob([(50, -58), (86, -50), (92, 10), (70, 26), (52, -10)], "bark")
    pen.oval(0, 2, 34, 28, "paper")
    pen.oval(0, -12, 13, 10, "ink")
    for x in (-24, 24):
        pen.disc(x, -32, 8, "ink")
        pen.disc(x + 3, -35, 2.5, "white")
    pen.curve([(-14, 10), (0, 16), (14, 10)], 4, "ink")
    pen.blob([(-7, 14), (7, 14), (7, 30), (0, 36), (-7, 30)], "rose")


def child_bike(pen: Pen) -> None:
    pen.box(0, 0, 1200, 900, "#d9ebe2", "#f7f0d8")
    pen.disc(980, 190, 90, "butter")
    for x, y, size in ((210, 190, 1.0), (560, 130, 0.7)):
        cloud = pen.moved(x, y, scale=size)
        for dx, dy, r in ((-72, 14, 38), (-18, -10, 62), (54, 4, 48)):
            cloud.disc(dx, dy, r, "white")
        cloud.box(-72, 4, 126, 48, "white")
    pen.blob(
        [(-100, 720), (200, 560), (520, 640), (840, 540), (1300, 700), (1300, 980), (-100, 980)],
        "sage",
        "#aebf84",
    )
    pen.blob(
        [(-100, 800), (300, 720), (700, 760), (1000, 700), (1300, 780), (1300, 1000), (-100, 1000)],
        "leaf",
        "olive",
    )
    for x, y, colour in (
        (120, 800, "white"),
        (190, 850, "honey"),
        (1080, 810, "white"),
        (1010, 856, "rose"),
        (580, 868, "white"),
    ):
        for petal in range(5):
            angle = math.tau * petal / 5
            pen.disc(x + 11 * math.cos(angle), y + 11 * math.sin(angle), 9, colour)
        pen.disc(x, y, 7, "mustard")
    pen.shadow(600, 784, 330, 20, 80)
    small_bicycle(pen.moved(90, 118, scale=0.85))


def small_bicycle(pen: Pen) -> None:
    wheel(pen, 380, 660, 122, tyre="navy", rim="cream", spokes=12)
    wheel(pen, 820, 660, 122, tyre="navy", rim="cream", spokes=12)
    pen.line([(380, 660), (430, 740)], 9, "iron")
    pen.ring(432, 744, 36, 14, "navy")
    pen.disc(432, 744, 16, "mustard")
    pen.line([(380, 660), (560, 680)], 15, "brick")
    pen.line([(380, 660), (478, 480)], 15, "brick")
    pen.line([(560, 680), (462, 430)], 19, "terracotta")
    pen.curve([(482, 494), (600, 600), (760, 470)], 22, "terracotta")
    pen.line([(560, 680), (762, 480)], 20, "terracotta")
    pen.line([(738, 380), (768, 490), (820, 660)], 17, "brick")
    pen.curve([(650, 352), (700, 330), (738, 384), (790, 346)], 15, "silver")
    pen.line([(636, 358), (678, 340)], 24, "teal")
    for offset, colour in ((-26, "rose"), (-8, "mustard"), (10, "teal"), (26, "white")):
        pen.curve([(640, 362), (622 + offset / 2, 410), (606 + offset, 468)], 6, colour)
    pen.ring(380, 660, 142, 14, "mustard", start=195, end=300)
    pen.ring(820, 660, 142, 14, "mustard", start=215, end=300)
    saddle(pen, 456, 420, "navy", 1.05)
    crank(pen, 560, 680, 70)
    pen.line([(762, 470), (850, 470)], 9, "brick")
    basket(pen.moved(850, 400))
    pen.line([(300, 640), (252, 250)], 6, "steel")
    pen.shape([(254, 252), (150, 282), (262, 318)], "honey")


def basket(pen: Pen) -> None:
    for x, colour in ((-34, "rose"), (8, "white"), (42, "honey")):
        pen.curve([(x * 0.6, 0), (x, -44)], 5, "forest")
        pen.disc(x, -54, 19, colour)
        pen.disc(x, -54, 8, "mustard" if colour != "honey" else "bark")
    pen.shape([(-72, -10), (72, -10), (56, 90), (-56, 90)], "oak", "wood")
    for y in (16, 42, 66):
        pen.line([(-66 + y / 8, y), (66 - y / 8, y)], 4, "#b57d47")
    pen.line([(-76, -8), (76, -8)], 16, "bark")


def repair_stand(pen: Pen) -> None:
    pen.box(0, 0, 1200, 700, "#f8e6cd", "#f3d9b5")
    pen.box(0, 690, 1200, 210, "#c99d6c", "#b98a5a")
    for x in range(-40, 1240, 170):
        pen.line([(x, 900), (x + 60, 692)], 3, "#ad7f50")
    shelf(pen)
    pen.shadow(560, 838, 330, 24)
    pen.line([(560, 800), (430, 838)], 20, "iron")
    pen.line([(560, 800), (690, 838)], 20, "iron")
    pen.line([(560, 810), (560, 330)], 26, "iron")
    pen.line([(560, 560), (560, 330)], 16, "steel")
    pen.disc(560, 560, 22, "ink")
    bike = pen.moved(590, 425, turn=-7)
    wheel(bike, -250, 130, 150)
    wheel(bike, 300, 130, 150)
    for points in ([(-250, 130), (-30, 150)], [(-250, 130), (-92, -60)]):
        bike.line(points, 13, "brick")
    bike.line([(-30, 150), (-106, -104)], 17, "terracotta")
    bike.line([(-94, -62), (208, -78)], 17, "terracotta")
    bike.line([(-30, 150), (214, -52)], 19, "terracotta")
    bike.line([(200, -128), (216, -44), (300, 130)], 15, "brick")
    bike.curve([(198, -130), (250, -140), (282, -108), (262, -70)], 13, "ink")
    bike.ring(-30, 150, 30, 8, "ink")
    bike.line([(-30, 118), (-250, 112)], 4, "ink")
    bike.line([(-30, 182), (-250, 150)], 4, "ink")
    crank(bike, -30, 150, 62)
    saddle(bike, -112, -116, "ink")
    pen.line([(560, 335), (600, 350)], 34, "ink")
    pen.box(574, 322, 70, 62, "mustard", "#c98d1e", r=12)
    pen.disc(640, 352, 15, "ink")
    toolbox(pen.moved(985, 778, scale=0.85))
    wrench(pen.moved(280, 800, turn=-12))


def shelf(pen: Pen) -> None:
    pen.box(60, 120, 330, 18, "wood", r=4)
    for x, height, colour in ((84, 66, "teal"), (140, 86, "honey"), (196, 58, "rose")):
        pen.box(x, 120 - height, 42, height, colour, r=8)
        pen.box(x + 8, 108 - height, 26, 16, "iron", r=4)
        pen.box(x + 6, 120 - height + 20, 30, 22, "paper", r=3)
    pen.ring(300, 84, 32, 9, "ink")
    pen.ring(352, 84, 32, 9, "ink")
    pen.box(860, 90, 260, 220, "paper", r=10)
    pen.box(876, 106, 228, 188, "mist", "#e3efe6")
    pen.shape(
        [(876, 294), (876, 244), (950, 206), (1010, 240), (1060, 212), (1104, 232), (1104, 294)], "sage"
    )
    pen.disc(1050, 150, 22, "butter")
    pen.line([(990, 106), (990, 294)], 10, "paper")
    pen.box(844, 306, 292, 18, "wood", r=4)


def toolbox(pen: Pen) -> None:
    pen.shadow(10, 92, 160, 14)
    pen.ring(10, -44, 52, 16, "ink", start=180, end=360)
    for x, colour in ((-90, "honey"), (-52, "teal"), (96, "blush")):
        pen.line([(x, -20), (x, -92)], 22, colour)
        pen.line([(x, -20), (x, -50)], 9, "steel")
    pen.box(-130, -44, 280, 134, "brick", "#8f3a23", r=10)
    pen.box(-140, -54, 300, 34, "terracotta", r=10)
    pen.box(-18, -30, 56, 34, "silver", r=6)
    pen.box(-110, 40, 240, 8, "#7e301c", r=4)


def wrench(pen: Pen) -> None:
    pen.shadow(10, 26, 130, 10)
    pen.line([(-80, 0), (90, 0)], 24, "silver")
    pen.ring(-98, 0, 26, 24, "silver", start=-145, end=145)
    pen.ring(102, 0, 24, 20, "silver")
    pen.line([(-70, -4), (80, -4)], 5, "white")


SCENES = {"cargo-bike": cargo_bike, "child-bike": child_bike, "repair-stand": repair_stand}
