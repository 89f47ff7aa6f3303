#!/usr/bin/env python3
"""A slow and lossy cable: makes two TAP devices and carries frames between them, both ways, each after a delay, and some not at all.

  tests/cable.py NEAR FAR FILE     FILE has two numbers, "200 20": milliseconds and percent. It may change while frames are carried.

Stands between two bridges of one network namespace; ends when it is killed, and the devices with it. Which frames are lost is drawn from a fixed seed.
"""
import collections
import fcntl
import os
import random
import select
import struct
import sys
import time

TUNSETIFF, IFF_TAP, IFF_NO_PI = 0x400454CA, 0x0002, 0x1000
LONGEST_FRAME = 65535
LOOK_EVERY = 0.1


def tap(name):
    device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TAP | IFF_NO_PI))
    return device


def carry(ends, file):
    on_the_way = {end: collections.deque() for end in ends}   # by where they come out: when, and what
    other = {ends[0]: ends[1], ends[1]: ends[0]}
    chance = random.Random(1)
    looked, delay, loss = 0.0, 0.0, 0.0
    while True:
        now = time.monotonic()
        if now - looked >= LOOK_EVERY:
            with open(file) as words:
                delay, loss = (float(word) for word in words.read().split())
            looked = now
        for end, frames in on_the_way.items():
            while frames and frames[0][0] <= now:
                frame = frames.popleft()[1]
                try:
                    os.write(end, frame)
                except OSError:
                    pass   # The device is down, or its queue is full: a cable loses such a frame.
        next_due = min((frames[0][0] for frames in on_the_way.values() if frames), default=now + 1)
        for end in select.select(ends, [], [], max(0.0, next_due - now))[0]:
            try:
                frame = os.read(end, LONGEST_FRAME)
            except OSError:
                continue
            if chance.random() * 100 >= loss:
                on_the_way[other[end]].append((time.monotonic() + delay / 1000, frame))


if __name__ == "__main__":
    carry([tap(sys.argv[1]), tap(sys.argv[2])], sys.argv[3])
