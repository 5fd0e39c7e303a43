"""Drawn photos of tools: a drill, a wall of them, a sewing machine."""

from fedicoop.demo.drawing import Pen


def table(pen: Pen, top: float, wall: str, wall_foot: str) -> None:
    pen.box(0, 0, 1200, top, wall, wall_foot)
    pen.box(0, top, 1200, 900 - top, "oak", "wood")
    pen.box(0, top, 1200, 12, "#f0cd98")
    for y, x in ((0.3, 0), (0.62, 260), (0.85, 90)):
        at = top + (900 - top) * y
        pen.curve([(x - 60, at), (x + 260, at + 8), (x + 620, at - 4), (x + 1300, at + 6)], 3, "#cf9a60")


def drill(pen: Pen) -> None:
    table(pen, 660, "#e9efe2", "#f6ead0")
    pen.disc(560, 380, 300, "#f8dfae")
    pen.shadow(520, 800, 330, 26, 90)
    tool = pen.moved(40, 60, turn=-4)
    tool.shape([(395, 440), (520, 440), (505, 640), (375, 640)], "ink", "#17161d")
    for y in range(4):
        tool.line([(412, 500 + y * 30), (482, 500 + y * 30)], 8, "#45434f")
    tool.blob([(520, 452), (568, 452), (560, 500), (540, 540), (512, 530)], "brick")
    tool.box(320, 640, 270, 108, "mustard", "#c48a1b", r=20)
    tool.box(320, 640, 270, 34, "ink", r=14)
    tool.box(408, 694, 96, 34, "cream", r=8)
    for cell in range(3):
        tool.box(418 + cell * 26, 702, 18, 18, "leaf" if cell < 2 else "#dfd7c4", r=4)
    tool.box(270, 270, 410, 185, "terracotta", "brick", r=52)
    tool.box(250, 290, 70, 146, "ink", r=28)
    for y in range(4):
        tool.box(342, 312 + y * 26, 74, 12, "#8f3a23", r=6)
    tool.box(470, 300, 150, 46, "#e9926c", r=23)
    tool.box(676, 292, 54, 142, "mustard", "#c48a1b", r=12)
    tool.shape([(728, 306), (810, 324), (846, 342), (846, 384), (810, 402), (728, 420)], "iron", "ink")
    for y in (330, 352, 374, 396):
        tool.line([(740, y), (806, 348 + (y - 363) * 0.5 + 16)], 4, "#7c8790")
    tool.box(844, 352, 190, 22, "silver", "steel")
    for x in range(852, 1010, 26):
        tool.line([(x, 374), (x + 22, 352)], 6, "iron")
    tool.shape([(1032, 352), (1062, 363), (1032, 374)], "steel")
    screws(pen)


def screws(pen: Pen) -> None:
    for x, y, turn in ((860, 770, 12), (960, 820, -18), (780, 840, 40), (1060, 760, 62)):
        screw = pen.moved(x, y, turn=turn)
        screw.shadow(26, 12, 46, 6, 60)
        screw.shape([(-10, -16), (6, -7), (6, 7), (-10, 16)], "steel")
        screw.shape([(4, -8), (62, -5), (78, 0), (62, 5), (4, 8)], "silver")
        for step in range(5):
            screw.line([(12 + step * 10, 9), (18 + step * 10, -9)], 3, "iron")
    bits = pen.moved(120, 760)
    bits.shadow(90, 82, 120, 12)
    for number, (height, colour) in enumerate(
        ((90, "steel"), (112, "steel"), (78, "mustard"), (100, "steel"), (66, "mustard"))
    ):
        bits.line([(22 + number * 36, 20), (22 + number * 36, 20 - height)], 13, colour)
        bits.shape(
            [
                (15 + number * 36, 20 - height),
                (29 + number * 36, 20 - height),
                (22 + number * 36, -6 - height),
            ],
            colour,
        )
    bits.box(-10, 10, 206, 72, "teal", "pine", r=12)
    bits.box(10, 40, 166, 10, "mist", r=5)


def tools_wall(pen: Pen) -> None:
    pen.box(0, 0, 1200, 900, "#f6e3c4", "#efd3a6")
    pen.box(60, 60, 1080, 640, "#e6bd85", "#ddb075", r=14)
    for x in range(100, 1120, 48):
        for y in range(98, 690, 48):
            pen.disc(x, y, 5, "#c4935c")
    pen.box(0, 740, 1200, 160, "wood", "bark")
    pen.box(0, 740, 1200, 16, "oak")
    saw(pen.moved(330, 190))
    hammer(pen.moved(720, 130))
    for x, colour in ((880, "terracotta"), (955, "teal"), (1030, "mustard")):
        screwdriver(pen.moved(x, 130), colour)
    spanners(pen.moved(170, 340, scale=0.86))
    pliers(pen.moved(560, 440))
    level(pen.moved(610, 612))
    tape(pen.moved(800, 470))
    jars(pen)
    plant(pen.moved(1062, 742))


def hook(pen: Pen, x: float, y: float) -> None:
    pen.line([(x, y - 12), (x, y)], 9, "iron")
    pen.disc(x, y - 12, 8, "ink")


def saw(pen: Pen) -> None:
    pen.moved(6, 8).shape([(-200, -40), (200, -14), (200, 8), (-200, 62)], "#cf9d66")
    teeth = [
        (200 - step * 20 - side * 10, 8 + 0.135 * (step * 20) + (0 if side else 9))
        for step in range(20)
        for side in (0, 1)
    ]
    pen.shape([(-200, -40), (200, -14), *teeth, (-200, 62)], "silver", "#aab4b8")
    pen.blob(
        [(-190, -62), (-110, -52), (-112, 60), (-150, 92), (-215, 88), (-238, 20), (-226, -40)],
        "terracotta",
        "brick",
    )
    pen.blob([(-196, -22), (-158, -20), (-156, 36), (-188, 44), (-204, 16)], "#e1b67b")
    hook(pen, -40, -40)
    hook(pen, 140, -28)


def hammer(pen: Pen) -> None:
    pen.moved(7, 8).box(-13, 0, 26, 280, "#cf9d66", r=12)
    pen.box(-13, 0, 26, 280, "oak", "wood", r=12)
    pen.box(-16, 170, 32, 116, "brick", "#8f3a23", r=14)
    pen.box(-74, -26, 46, 62, "steel", "iron", r=8)
    pen.box(-34, -18, 84, 46, "steel", "iron", r=6)
    pen.blob([(44, -18), (88, -12), (116, 26), (84, 16), (44, 26)], "steel", "iron")
    hook(pen, -46, 50)
    hook(pen, 62, 46)


def screwdriver(pen: Pen, colour: str) -> None:
    pen.box(-8, 104, 16, 110, "silver", "steel")
    pen.shape([(-8, 212), (8, 212), (12, 240), (-12, 240)], "steel")
    pen.box(-24, -16, 48, 126, colour, r=20)
    for x in (-9, 9):
        pen.line([(x, 8), (x, 84)], 6, "#fff3dc")
    hook(pen, 0, -18)


def spanners(pen: Pen) -> None:
    for number, length in enumerate((270, 230, 190, 150)):
        one = pen.moved(number * 74, 0, scale=1 - number * 0.08)
        one.line([(0, 40), (0, length)], 22, "silver")
        one.line([(-4, 50), (-4, length - 10)], 5, "white")
        one.ring(0, 10, 25, 21, "silver", start=-55, end=235)
        one.ring(0, length + 18, 21, 19, "silver")
        hook(one, 0, 62)


def pliers(pen: Pen) -> None:
    pen.blob([(-6, -4), (-26, -60), (-16, -104), (-2, -112), (-2, -20)], "steel", "iron")
    pen.blob([(6, -4), (26, -60), (16, -104), (2, -112), (2, -20)], "steel", "iron")
    for side in (-1, 1):
        pen.curve([(side * 4, -6), (side * 34, 60), (side * 40, 130), (side * 30, 186)], 26, "teal")
    pen.disc(0, -8, 25, "iron")
    pen.disc(0, -8, 9, "silver")
    hook(pen, 0, 38)


def level(pen: Pen) -> None:
    pen.box(0, 0, 380, 60, "honey", "mustard", r=8)
    pen.box(150, 12, 80, 36, "paper", r=18)
    pen.box(156, 18, 68, 24, "leaf", r=12)
    pen.oval(194, 26, 13, 7, "#eef5cf")
    for x in (176, 212):
        pen.line([(x, 18), (x, 42)], 3, "ink")
    for x in (40, 318):
        pen.box(x, 18, 26, 26, "#c48a1b", r=13)


def tape(pen: Pen) -> None:
    pen.box(0, -50, 124, 104, "ink", "#17161d", r=26)
    pen.disc(58, 2, 36, "mustard")
    pen.disc(58, 2, 16, "butter")
    pen.box(118, 30, 150, 20, "butter")
    for x in range(130, 262, 14):
        pen.line([(x, 30), (x, 38)], 2.5, "ink")
    pen.box(264, 26, 8, 34, "steel")


def jars(pen: Pen) -> None:
    for x, colour, lid in ((120, "terracotta", "iron"), (230, "sage", "brick"), (340, "honey", "teal")):
        pen.box(x, 632, 84, 110, "#f7ecd6", "#e9d9bd", r=14)
        pen.box(x, 684, 84, 58, colour, r=12)
        pen.box(x - 4, 618, 92, 24, lid, r=8)
        pen.box(x + 16, 664, 52, 30, "paper", r=4)


def plant(pen: Pen) -> None:
    for turn, size in ((-24, 1.0), (2, 1.25), (30, 1.05)):
        leaf = pen.moved(0, -70, turn=turn, scale=size)
        leaf.blob([(0, 0), (-30, -70), (0, -150), (30, -70)], "leaf", "olive")
    pen.shape([(-58, -84), (58, -84), (42, 0), (-42, 0)], "terracotta", "brick")
    pen.box(-66, -94, 132, 26, "terracotta", r=6)


SCENES = {"drill": drill, "tools-wall": tools_wall}
