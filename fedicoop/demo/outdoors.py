"""Drawn photos from outside: a tent in the evening, a garden shredder."""

import math
from collections.abc import Sequence

from fedicoop.demo.drawing import Pen, Spot


def tent(pen: Pen) -> None:
    pen.box(0, 0, 1200, 620, "#3d5470", "#f3b58c")
    for x, y in ((120, 90), (260, 160), (380, 60), (520, 130), (700, 70), (1090, 60), (640, 210), (180, 250)):
        pen.disc(x, y, 3 + x % 3 / 2, "butter")
    moon(pen.moved(950, 170, turn=24))
    pen.shape(
        [(-50, 620), (170, 330), (330, 500), (520, 260), (760, 540), (900, 400), (1250, 640)],
        "#7f7f93",
        "#b98f86",
    )
    pen.shape([(520, 260), (470, 323), (500, 340), (524, 318), (552, 344), (580, 330)], "paper")
    pen.shape([(170, 330), (132, 380), (160, 392), (186, 376), (212, 376)], "paper")
    pen.blob(
        [(-100, 640), (200, 540), (600, 600), (1000, 530), (1300, 620), (1300, 980), (-100, 980)],
        "#5d7a55",
        "forest",
    )
    for x, y, size in (
        (70, 640, 1.1),
        (190, 600, 0.8),
        (1120, 640, 1.25),
        (1010, 590, 0.85),
        (920, 580, 0.6),
    ):
        fir(pen.moved(x, y, scale=size))
    pen.blob(
        [(-100, 740), (300, 680), (700, 700), (1300, 690), (1300, 1000), (-100, 1000)], "olive", "#5f7440"
    )
    pen.shadow(570, 812, 400, 26, 110)
    pitched(pen)
    campfire(pen.moved(1000, 800))
    for x, y in ((90, 840), (300, 872), (860, 870), (1150, 850)):
        for lean in (-14, 0, 14):
            pen.curve([(x, y), (x + lean / 2, y - 16), (x + lean, y - 32)], 5, "leaf")


def moon(pen: Pen) -> None:
    outside = [(64 * math.cos(math.radians(a)), 64 * math.sin(math.radians(a))) for a in range(-110, 111, 5)]
    inside = [
        (-54 + 68 * math.cos(math.radians(a)), 68 * math.sin(math.radians(a))) for a in range(62, -63, -4)
    ]
    pen.shape([*outside, *inside], "butter")


def pitched(pen: Pen) -> None:
    for x0, y0, x1, y1 in ((330, 420, 120, 800), (330, 420, 200, 830), (860, 400, 960, 770)):
        pen.line([(x0, y0), (x1, y1)], 4, "cream")
        pen.line([(x1, y1 + 8), (x1 + 6, y1 - 14)], 8, "bark")
    pen.shape([(330, 420), (860, 400), (930, 760), (600, 812)], "terracotta", "brick")
    pen.shape([(330, 420), (190, 812), (600, 812)], "honey", "mustard")
    pen.shape([(332, 470), (288, 812), (470, 812)], "#6b4a2f", "#4a3527")
    pen.ring(392, 742, 22, 6, "ink", start=180, end=360)
    pen.disc(392, 776, 56, "#7d5a3a")
    pen.box(366, 738, 52, 12, "ink", r=6)
    pen.box(372, 748, 40, 52, "butter", "honey", r=6)
    pen.box(366, 798, 52, 14, "ink", r=6)
    pen.shape([(332, 470), (470, 812), (512, 812), (420, 640)], "butter")
    pen.shape([(332, 470), (288, 812), (250, 812), (312, 600)], "butter")
    pen.line([(330, 414), (330, 440)], 10, "bark")
    pen.line([(330, 420), (860, 400)], 7, "brick")
    for x in (480, 600, 720):
        pen.curve([(x, 428 - (x - 480) / 30), (x + 30, 600), (x + 70, 786 - (x - 480) / 10)], 4, "brick")
    pen.shape([(640, 500), (740, 494), (760, 590), (656, 600)], "butter")
    pen.line([(690, 498), (708, 594)], 5, "brick")


def fir(pen: Pen) -> None:
    pen.box(-9, -10, 18, 60, "bark")
    for y, half in ((0, 78), (-70, 62), (-136, 44)):
        pen.shape([(-half, y), (half, y), (0, y - 116)], "pine", "forest")


def campfire(pen: Pen) -> None:
    pen.shadow(0, 14, 120, 14, 100)
    pen.oval(0, 0, 120, 26, "#c98f4a")
    for x in (-84, -46, 46, 84, 0):
        pen.oval(x, 10 - abs(x) / 12, 24, 15, "steel", "iron")
    for turn in (-24, 24):
        pen.moved(0, -8, turn=turn).box(-72, -10, 144, 20, "bark", r=10)
    for size, colour in ((1.0, "terracotta"), (0.72, "mustard"), (0.42, "butter")):
        flame = pen.moved(0, -10, scale=size)
        flame.blob(
            [
                (-44, 0),
                (-48, -44),
                (-22, -78),
                (-16, -52),
                (4, -130),
                (28, -76),
                (36, -88),
                (48, -40),
                (42, 0),
                (0, 10),
            ],
            colour,
        )
    for x, y in ((-30, -160), (20, -190), (46, -140)):
        pen.disc(x, y, 5, "honey")


def shredder(pen: Pen) -> None:
    pen.box(0, 0, 1200, 900, "#dcebd9", "#f8f0d6")
    pen.disc(180, 150, 76, "butter")
    hedge(pen)
    fence(pen)
    pen.blob([(-100, 720), (300, 690), (800, 700), (1300, 690), (1300, 1000), (-100, 1000)], "leaf", "olive")
    pen.shadow(560, 824, 340, 26, 100)
    chips(pen)
    pen.line([(420, 600), (380, 812)], 22, "iron")
    pen.line([(660, 600), (720, 790)], 22, "iron")
    pen.line([(394, 760), (704, 760)], 16, "iron")
    for x in (706, 400):
        pen.disc(x, 772, 56, "ink")
        pen.disc(x, 772, 26, "mustard")
        pen.disc(x, 772, 9, "ink")
    pen.shape([(636, 560), (760, 600), (840, 720), (770, 740), (640, 660)], "#2a5c58", "ink")
    pen.box(380, 440, 320, 230, "teal", "pine", r=34)
    pen.box(404, 540, 190, 96, "pine", r=16)
    for y in range(3):
        pen.box(424, 560 + y * 24, 120, 11, "teal", r=5)
    pen.disc(636, 500, 28, "cream")
    pen.disc(636, 500, 18, "terracotta")
    pen.box(412, 470, 150, 44, "cream", r=10)
    for x in (432, 466, 500):
        pen.moved(x, 492, turn=-30).blob([(0, -13), (9, 0), (0, 13), (-9, 0)], "leaf")
    for points in (
        [(500, 330), (440, 150), (400, 60)],
        [(540, 330), (560, 140), (600, 40)],
        [(580, 340), (660, 200), (730, 130)],
    ):
        branch(pen, points)
    pen.shape([(372, 262), (708, 262), (640, 446), (440, 446)], "mustard", "#c48a1b")
    pen.box(356, 240, 368, 36, "honey", r=16)
    pen.shape([(450, 300), (520, 300), (510, 420), (474, 420)], "butter")
    gloves(pen.moved(170, 800))


def hedge(pen: Pen) -> None:
    for x in range(-20, 1260, 90):
        pen.disc(x, 480 + 18 * math.sin(x), 92, "sage", "olive")
    pen.box(0, 480, 1200, 260, "#a3b272")


def fence(pen: Pen) -> None:
    for y in (590, 670):
        pen.box(0, y, 1200, 22, "#e8d6b3")
    for x in range(20, 1200, 92):
        pen.shape([(x, 560), (x + 24, 532), (x + 48, 560), (x + 48, 730), (x, 730)], "paper", "#e8d6b3")


def branch(pen: Pen, points: Sequence[Spot]) -> None:
    pen.curve(points, 17, "bark")
    (x0, y0), (x1, y1) = points[1], points[2]
    for step in range(7):
        x, y = x0 + (x1 - x0) * step / 6, y0 + (y1 - y0) * step / 6
        leaf = pen.moved(x, y, turn=(-64 if step % 2 else 52))
        leaf.blob([(0, 0), (16, -26), (0, -58), (-16, -26)], "leaf" if step % 2 else "olive", "forest")


def chips(pen: Pen) -> None:
    pen.blob(
        [(700, 846), (760, 770), (850, 720), (930, 730), (1030, 800), (1100, 850), (900, 872)], "oak", "wood"
    )
    for number in range(46):
        x = 740 + (number * 67) % 320
        y = 846 - (number * 41) % max(12, int(112 - abs(x - 890) * 0.5))
        pen.moved(x, y, turn=number * 37).box(-12, -4, 24, 9, ("wood", "butter", "bark")[number % 3], r=3)
    for number in range(9):
        pen.moved(800 + number * 9, 690 + number * 12 % 50, turn=number * 50).box(-10, -4, 20, 8, "oak", r=3)


def gloves(pen: Pen) -> None:
    for x, turn in ((0, -18), (86, 14)):
        glove = pen.moved(x, 0, turn=turn)
        glove.shadow(0, 52, 60, 10, 60)
        for finger in range(4):
            glove.line(
                [(-30 + finger * 20, -10), (-38 + finger * 25, -64 + abs(finger - 1.5) * 8)], 20, "terracotta"
            )
        glove.line([(34, 14), (62, -16)], 20, "terracotta")
        glove.box(-42, -20, 84, 70, "terracotta", "brick", r=18)
        glove.box(-42, 34, 84, 26, "cream", r=8)


SCENES = {"tent": tent, "shredder": shredder}
