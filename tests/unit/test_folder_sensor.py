"""The sensor tells an arrival once per content, when the files are complete and settled."""

import json

import pytest

from etl.flows.sensor import FolderSensor, memory_file

NAMES = (
    "1503_discipline.xlsx",
    "1503_program_master.xlsx",
    "1503_program_descriptions_x_section.zip",
    "1503_markdown_program_descriptions_v2.zip",
)


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "arrivals"
    folder.mkdir()
    return folder


@pytest.fixture
def memory(tmp_path):
    return tmp_path / "home" / "memory.json"


def put(folder, content, names=NAMES):
    for name in names:
        (folder / name).write_text(f"{content} {name}")


def look_twice(sensor):
    sensor.look()
    return sensor.look()


def test_files_count_when_they_stood_still_between_two_looks(folder, memory):
    sensor = FolderSensor(folder, memory)
    put(folder, "first")
    assert sensor.look() is None
    assert sensor.look() is not None


def test_a_file_that_still_grows_is_waited_for(folder, memory):
    sensor = FolderSensor(folder, memory)
    put(folder, "first")
    for _ in range(3):
        assert sensor.look() is None
        with (folder / NAMES[3]).open("a") as growing:
            growing.write("more")
    assert look_twice(sensor) is not None


def test_three_of_four_files_are_no_arrival(folder, memory):
    put(folder, "first", NAMES[:3])
    assert look_twice(FolderSensor(folder, memory)) is None


def test_an_arrival_is_told_until_it_is_remembered(folder, memory):
    sensor = FolderSensor(folder, memory)
    put(folder, "first")
    arrival = look_twice(sensor)
    assert sensor.look() == arrival
    sensor.remember(arrival)
    assert look_twice(sensor) is None


def test_the_same_bytes_written_again_are_no_arrival(folder, memory):
    sensor = FolderSensor(folder, memory)
    put(folder, "first")
    sensor.remember(look_twice(sensor))
    put(folder, "first")
    assert look_twice(sensor) is None


def test_what_was_seen_is_known_after_a_restart(folder, memory):
    first = FolderSensor(folder, memory)
    put(folder, "first")
    first.remember(look_twice(first))
    assert look_twice(FolderSensor(folder, memory)) is None


def test_older_files_that_come_back_are_a_new_arrival_with_a_key_of_its_own(folder, memory):
    sensor = FolderSensor(folder, memory)
    keys = []
    for content in ("first", "second", "first"):
        put(folder, content)
        arrival = look_twice(sensor)
        sensor.remember(arrival)
        keys.append(arrival.key)
    assert len(set(keys)) == 3


def test_files_that_do_not_belong_together_are_complained_of_once(folder, memory, caplog):
    sensor = FolderSensor(folder, memory)
    put(folder, "first")
    put(folder, "other", ["1504_discipline.xlsx"])
    for _ in range(4):
        assert sensor.look() is None
    assert caplog.text.count("several files for discipline") == 1


def test_a_folder_that_is_away_is_complained_of_and_looked_for_again(folder, memory, caplog):
    folder.rmdir()
    sensor = FolderSensor(folder, memory)
    assert look_twice(sensor) is None
    assert caplog.text.count("cannot be read") == 1
    folder.mkdir()
    put(folder, "first")
    assert look_twice(sensor) is not None


def test_a_damaged_memory_makes_the_files_new_and_is_said(folder, memory, caplog):
    memory.parent.mkdir()
    memory.write_text("{")
    put(folder, "first")
    sensor = FolderSensor(folder, memory)
    arrival = look_twice(sensor)
    sensor.remember(arrival)
    assert "is damaged" in caplog.text
    assert json.loads(memory.read_text())["fingerprint"] == arrival.fingerprint


def test_each_folder_has_a_memory_of_its_own(tmp_path, folder):
    assert memory_file(tmp_path, folder) != memory_file(tmp_path, tmp_path)
    assert memory_file(tmp_path, folder) == memory_file(tmp_path, folder / ".." / folder.name)
