"""Timetables of missions: days, places, tables and slots, who meets whom when, drafted by assignment."""
