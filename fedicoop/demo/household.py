"""Drawn photos from the home: a sewing machine, a raclette evening."""

import math

from fedicoop.demo.drawing import Pen
from fedicoop.demo.workbench import table


def sewing_machine(pen: Pen) -> None:
    table(pen, 650, "#f7e3da", "#fbeee0")
    pen.disc(600, 400, 320, "#f6d3bf")
    frame(pen.moved(130, 130))
    pen.shadow(600, 770, 400, 26, 90)
    pen.box(270, 690, 660, 84, "mist", "teal", r=24)
    pen.box(270, 690, 660, 26, "#d9ebe5", r=13)
    pen.shape([(760, 430), (900, 430), (916, 700), (744, 700)], "#8cc0b8", "teal")
    pen.box(320, 350, 590, 150, "mist", "#8cc0b8", r=60)
    pen.shape([(330, 420), (450, 420), (440, 600), (350, 600)], "mist", "#8cc0b8")
    pen.box(360, 590, 66, 26, "iron", r=8)
    pen.line([(392, 610), (392, 690)], 6, "steel")
    pen.line([(376, 640), (376, 684)], 5, "steel")
    pen.shape([(352, 682), (420, 682), (432, 692), (340, 692)], "steel")
    wheel = pen.moved(916, 430)
    wheel.oval(14, 0, 34, 82, "pine", "ink")
    wheel.oval(0, 0, 34, 82, "teal", "pine")
    wheel.oval(-4, 0, 18, 46, "mist")
    for x, y, colour in ((800, 470, "mustard"), (800, 560, "terracotta")):
        pen.disc(x + 30, y + 20, 25, "pine")
        pen.disc(x + 30, y + 20, 18, colour)
        pen.line([(x + 30, y + 20), (x + 30, y + 6)], 5, "paper")
    flower(pen.moved(590, 426), "rose", 1.1)
    for x in (500, 680):
        pen.curve([(590, 426), ((590 + x) / 2, 452), (x, 430)], 5, "pine")
        pen.oval(x, 424, 16, 9, "leaf")
    pen.line([(640, 352), (640, 292)], 8, "steel")
    spool(pen.moved(640, 350), "brick")
    pen.curve([(632, 306), (520, 300), (440, 330), (400, 372)], 3, "brick")
    pen.curve([(400, 372), (396, 480), (392, 600)], 3, "brick")
    cloth(pen)
    for x, colour in ((1000, "mustard"), (1072, "teal")):
        pen.shadow(x, 796, 44, 10)
        spool(pen.moved(x, 796, scale=1.15), colour)
    scissors(pen.moved(880, 826, turn=4))


def frame(pen: Pen) -> None:
    pen.box(0, 0, 150, 180, "wood", r=6)
    pen.box(14, 14, 122, 152, "paper")
    flower(pen.moved(75, 84), "terracotta", 1.3)
    pen.line([(75, 104), (75, 150)], 5, "olive")
    pen.line([(75, 0), (75, -30)], 3, "bark")


def flower(pen: Pen, colour: str, scale: float) -> None:
    for petal in range(6):
        angle = math.tau * petal / 6
        pen.disc(20 * scale * math.cos(angle), 20 * scale * math.sin(angle), 15 * scale, colour)
    pen.disc(0, 0, 13 * scale, "mustard")


def spool(pen: Pen, colour: str) -> None:
    pen.box(-24, -58, 48, 58, colour)
    for y in range(-50, -8, 10):
        pen.line([(-22, y), (22, y - 3)], 2.5, "#fbe7cf")
    pen.box(-32, -66, 64, 12, "oak", r=5)
    pen.box(-32, -8, 64, 12, "wood", r=5)


def cloth(pen: Pen) -> None:
    edge = [(120, 706), (300, 690), (560, 690), (600, 700), (560, 800), (480, 860), (330, 830), (200, 866)]
    pen.blob([*edge, (90, 800)], "terracotta", "brick")
    for x, y in (
        (180, 740),
        (260, 790),
        (330, 735),
        (410, 800),
        (470, 740),
        (540, 770),
        (150, 810),
        (360, 780),
    ):
        pen.disc(x, y, 11, "cream")
    for step in range(9):
        pen.line([(320 + step * 26, 702), (334 + step * 26, 702)], 4, "butter")


def scissors(pen: Pen) -> None:
    pen.shadow(30, 22, 120, 10)
    for side in (-1, 1):
        pen.shape([(-120, side * -20), (10, side * 6), (6, side * -8)], "silver")
        pen.ring(58, side * 26, 22, 12, "rose")
        pen.line([(0, 0), (38, side * 20)], 13, "rose")
    pen.disc(2, 0, 7, "iron")


def raclette(pen: Pen) -> None:
    pen.box(0, 0, 1200, 560, "#53433d", "#7a5a47")
    for x, y, r in ((170, 120, 70), (420, 80, 48), (760, 110, 60), (1040, 90, 76), (600, 60, 30)):
        pen.disc(x, y, r, "#86654f")
        pen.disc(x, y, r * 0.6, "#9c7657")
    pen.box(0, 540, 1200, 360, "oak", "wood")
    cheque(pen)
    pen.shadow(600, 748, 420, 30, 110)
    for x in (330, 830):
        pen.box(x, 700, 46, 46, "ink", r=8)
    pen.box(250, 640, 700, 74, "terracotta", "brick", r=24)
    pen.box(290, 500, 620, 150, "#3a2e2c", "#201a1c")
    pen.box(300, 508, 600, 10, "#ff9d5c", r=5)
    pen.box(300, 518, 600, 40, "#6b3a28", "#3a2e2c")
    for x in (280, 886):
        pen.box(x, 480, 34, 170, "iron", "ink", r=8)
    for x in (330, 476, 622, 768):
        little_pan(pen.moved(x, 600))
    pen.box(230, 436, 740, 64, "ink", "#17161d", r=26)
    pen.box(250, 430, 700, 22, "#4a4650", r=11)
    pen.disc(908, 676, 20, "paper")
    pen.line([(908, 676), (918, 664)], 5, "ink")
    for x, kind in (
        (330, "potato"),
        (430, "mushroom"),
        (530, "tomato"),
        (640, "potato"),
        (740, "pepper"),
        (850, "mushroom"),
    ):
        morsel(pen.moved(x, 428), kind)
    steam(pen)
    cheese(pen.moved(115, 690))
    potatoes(pen.moved(1040, 720, scale=0.96))
    pen.shadow(600, 868, 130, 12)
    plate(pen.moved(600, 838))


def cheque(pen: Pen) -> None:
    for row in range(7):
        for column in range(18):
            if (row + column) % 2 == 0:
                pen.box(column * 68, 700 + row * 30, 68, 30, "#d98a6a" if row % 2 else "#e29a7b")


def little_pan(pen: Pen) -> None:
    pen.shape([(0, 0), (118, 0), (104, 30), (14, 30)], "ink")
    pen.blob(
        [(2, -2), (30, -16), (60, -12), (92, -18), (118, -2), (84, 6), (60, 4), (30, 8)], "honey", "mustard"
    )
    pen.curve([(34, 4), (36, 18), (36, 26)], 10, "honey")
    for x in (40, 70, 90):
        pen.disc(x, -6, 4, "#c9782b")
    pen.line([(59, 22), (59, 84)], 14, "bark")


def morsel(pen: Pen, kind: str) -> None:
    if kind == "potato":
        pen.oval(0, -14, 38, 20, "butter", "#d9ab58")
        for x in (-16, 2, 18):
            pen.line([(x - 5, -4), (x + 5, -24)], 4, "#b07a38")
    elif kind == "mushroom":
        pen.box(-9, -22, 18, 24, "paper", r=6)
        pen.shape(
            [
                (26 * math.cos(math.radians(a)), -16 + 26 * math.sin(math.radians(a)))
                for a in range(180, 361, 6)
            ],
            "#b98963",
        )
    elif kind == "tomato":
        pen.disc(0, -20, 22, "#d9503a", "brick")
        pen.blob([(-10, -40), (0, -36), (10, -40), (3, -33), (-3, -33)], "forest")
    else:
        pen.blob([(-30, -4), (-22, -24), (0, -14), (22, -24), (30, -4), (0, 0)], "leaf", "olive")


def steam(pen: Pen) -> None:
    for x, y in ((430, 360), (600, 340), (770, 360)):
        pen.curve([(x, y), (x + 22, y - 40), (x - 16, y - 84), (x + 12, y - 130)], 9, "#b39a86")


def cheese(pen: Pen) -> None:
    pen.shadow(60, 118, 150, 16)
    pen.box(-80, 92, 300, 26, "bark", r=12)
    pen.shape([(-60, 96), (-60, 10), (160, 40), (190, 96)], "honey", "mustard")
    pen.shape([(-60, 10), (20, -34), (170, 20), (160, 40)], "butter")
    pen.line([(-60, 14), (-60, 94)], 13, "#c9782b")
    for x, y, r in ((0, 56, 15), (58, 76, 11), (96, 58, 14), (-28, 80, 8)):
        pen.disc(x, y, r, "#cf9322")


def potatoes(pen: Pen) -> None:
    pen.shadow(0, 100, 140, 14)
    for x, y, turn in ((-60, 0, -20), (10, -26, 12), (62, 0, 30), (-16, 6, 0)):
        pen.moved(x, y, turn=turn).oval(0, 0, 48, 34, "#e6c07e", "#c99652")
        pen.moved(x, y, turn=turn).disc(14, -6, 4, "#b5803e")
    pen.blob([(-124, 6), (124, 6), (96, 78), (50, 100), (-50, 100), (-96, 78)], "teal", "pine")
    pen.box(-130, 2, 260, 20, "mist", r=10)


def plate(pen: Pen) -> None:
    pen.oval(0, 0, 170, 40, "white", "#e4dacb")
    pen.oval(0, -2, 120, 26, "#f3ebdd")
    for x, colour in ((-60, "rose"), (-10, "rose"), (46, "#d98d85")):
        pen.blob([(x - 34, -4), (x, -20), (x + 34, -6), (x + 4, 8)], colour)
    for x in (84, 104):
        pen.oval(x, -6, 16, 8, "olive")


SCENES = {"sewing-machine": sewing_machine, "raclette": raclette}
