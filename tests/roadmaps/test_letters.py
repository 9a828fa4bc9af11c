"""Letters of two alphabets that look alike, and dashes of many lengths."""

from hypothesis import given
from hypothesis import strategies as st

from roadmaps.letters import folded, mixed_words


def test_words_that_look_the_same_fold_to_the_same_letters():
    assert folded("КЦМКО – Ёж") == folded("KЦMKO - ЕЖ") == "кцмко - еж"


def test_a_word_of_two_alphabets_is_found_and_a_roman_number_with_an_ending_is_not():
    assert mixed_words("неoбъективный отчёт о IIй четверти, VPN и ВПР-2025") == ["неoбъективный"]


@given(st.text())
def test_folding_keeps_every_sign_in_its_place(text):
    assert len(folded(text)) == len(text)
