"""A drawn photo of what the garden gave: a basket of vegetables."""

from fedicoop.demo.drawing import Pen
from fedicoop.demo.workbench import table


def vegetables(pen: Pen) -> None:
    table(pen, 640, "#e7eedd", "#f8efd6")
    pen.disc(600, 400, 330, "#f7e0ae")
    pen.shadow(600, 806, 380, 28, 100)
    pen.ring(600, 530, 300, 24, "bark", start=180, end=360)
    pen.ring(600, 530, 304, 6, "wood", start=184, end=356)
    for x, turn in ((372, -16), (432, -6)):
        leek(pen.moved(x, 500, turn=turn))
    for x, turn, size in ((812, 20, 1.0), (868, 30, 0.92), (760, 10, 1.05)):
        carrot(pen.moved(x, 470, turn=turn, scale=size))
    cabbage(pen.moved(596, 400))
    for x, y in ((480, 470), (716, 476)):
        tomato(pen.moved(x, y))
    aubergine(pen.moved(900, 500, turn=36))
    weave(pen)
    pumpkin(pen.moved(176, 760))
    for x, y, size in ((960, 800, 0.9), (1052, 770, 1.05)):
        pen.shadow(x, y + 52 * size, 60, 10)
        tomato(pen.moved(x, y, scale=size))


def weave(pen: Pen) -> None:
    outline = [(282, 520), (918, 520), (850, 806), (350, 806)]
    pen.shape(outline, "oak", "wood")
    for row in range(7):
        y = 548 + row * 38
        left, right = 286 + row * 9.5, 914 - row * 9.5
        for column in range(11):
            width = (right - left) / 11
            if (row + column) % 2:
                pen.box(left + column * width, y - 12, width, 30, "#d19a5e", "#b67d45", r=13)
    pen.line([(278, 522), (922, 522)], 34, "bark")
    for x in range(290, 920, 44):
        pen.line([(x, 532), (x + 22, 512)], 8, "wood")


def leek(pen: Pen) -> None:
    for turn in (-16, 0, 15):
        pen.moved(0, -150, turn=turn).blob(
            [(-20, 60), (-32, -70), (0, -190), (32, -70), (20, 60)], "olive" if turn else "leaf", "forest"
        )
    pen.box(-24, -120, 48, 200, "sage", "paper", r=20)


def carrot(pen: Pen) -> None:
    for turn in (-26, -8, 10, 28):
        pen.moved(0, -140, turn=turn).blob(
            [(-7, 8), (-18, -70), (0, -128), (18, -70), (7, 8)], "leaf", "olive"
        )
    pen.blob([(-36, -130), (0, -146), (36, -130), (24, 0), (0, 90), (-24, 0)], "#ec8a44", "terracotta")
    for y, x in ((-90, -16), (-54, 8), (-20, -10)):
        pen.line([(x, y), (x + 18, y)], 4, "brick")


def cabbage(pen: Pen) -> None:
    pen.blob(
        [(-120, 120), (-132, 0), (-80, -96), (0, -118), (80, -96), (132, 0), (120, 120)], "sage", "olive"
    )
    pen.blob([(-90, 130), (-84, 0), (-20, -84), (60, -60), (96, 30), (90, 130)], "#d5e0b4", "leaf")
    for points in (
        [(0, 120), (4, 10), (10, -60)],
        [(2, 70), (40, 20), (62, 0)],
        [(2, 80), (-40, 30), (-58, 20)],
    ):
        pen.curve(points, 5, "#eef3d8")


def tomato(pen: Pen) -> None:
    pen.oval(0, 0, 62, 54, "#e0583f", "brick")
    pen.oval(-22, -20, 14, 9, "#ef8f78")
    for turn in range(0, 360, 72):
        pen.moved(0, -44, turn=turn).blob([(-5, 0), (0, -26), (5, 0)], "forest")


def aubergine(pen: Pen) -> None:
    pen.blob([(-30, -110), (30, -110), (60, 10), (40, 84), (-40, 84), (-60, 10)], "#6b4563", "#45304a")
    pen.curve([(-24, -60), (-36, 0), (-26, 44)], 9, "#9a7593")
    pen.blob([(-38, -96), (-16, -124), (16, -124), (38, -96), (14, -84), (0, -98), (-14, -84)], "forest")
    pen.line([(0, -120), (6, -156)], 13, "forest")


def pumpkin(pen: Pen) -> None:
    pen.shadow(0, 72, 140, 14)
    for x, rx in ((-66, 54), (66, 54), (-34, 56), (34, 56), (0, 52)):
        pen.oval(x, 0, rx, 72, "#f0a24a" if abs(x) > 50 else "#eb9138", "terracotta")
    pen.curve([(0, -66), (4, -96), (28, -112)], 17, "olive")


SCENES = {"vegetables": vegetables}
