"""Draws lines.png, 50 lines of text, 36 pixels high each, and writes what Tesseract reads in each: python reference.py > lines.tsv.

Debian's tesseract-ocr 5.3.0 and tesseract-ocr-eng 1:4.1.0-2, whose eng.traineddata `combine_tessdata -u` took apart into the files here;
Pillow 13, Debian's fonts-dejavu. Run in this directory. A row has the text, what Tesseract reads without its dictionaries, that is by these
files alone, and what it reads with them, between tabs.
"""

import gzip
import io
import pathlib
import random
import shutil
import subprocess
import tempfile

from PIL import Image, ImageDraw, ImageFilter, ImageFont

WIDTH, HEIGHT, LINES = 640, 36, 50
FONTS = ["DejaVuSans", "DejaVuSerif", "DejaVuSans-Bold", "DejaVuSerif-Italic", "DejaVuSansMono", "DejaVuSansCondensed"]

draw = random.Random(16)
verses = gzip.open("../../../data/kjv.txt.gz", "rt").read().split("\n")


def words(number, font):
    if number % 5 == 4:
        return f"Invoice No. {draw.randint(1000, 99999)}-{draw.choice('ABCDEFGH')}: ${draw.uniform(1, 5000):.2f} ({draw.randint(2, 99)}%)"
    text = draw.choice(verses)
    while font.getlength(text) > WIDTH - 16:
        text = text.rsplit(" ", 1)[0]
    return text


def read(line, *options):
    image = io.BytesIO()
    line.save(image, "PNG")
    command = ["tesseract", "-", "-", "--psm", "13", "-l", "eng", *options]
    return subprocess.run(command, input=image.getvalue(), check=True, capture_output=True).stdout.decode().strip()


directory = tempfile.mkdtemp()
for path in pathlib.Path().glob("eng.lstm*"):
    shutil.copy(path, directory)
subprocess.run(["combine_tessdata", f"{directory}/eng."], check=True, capture_output=True)
page = Image.new("L", (WIDTH, HEIGHT * LINES))
for number in range(LINES):
    font = ImageFont.truetype(f"/usr/share/fonts/truetype/dejavu/{FONTS[number % len(FONTS)]}.ttf", draw.randint(17, 23))
    text = words(number, font)
    line = Image.new("L", (WIDTH, HEIGHT), 255)
    ImageDraw.Draw(line).text((8, HEIGHT // 2), text, font=font, fill=draw.randint(0, 90), anchor="lm")
    if number % 2:
        line = line.filter(ImageFilter.GaussianBlur(draw.uniform(0.4, 1.1)))
    page.paste(line, (0, HEIGHT * number))
    print(text, read(line, "--tessdata-dir", directory), read(line), sep="\t")
page.save("lines.png", optimize=True)
shutil.rmtree(directory)
