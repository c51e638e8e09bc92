"""An error about a column leads to those there are."""

from perennial.tabular import InputError, missing_column, quoted_list


def test_a_misspelt_column_is_answered_with_similar_ones_and_another_with_all() -> None:
    columns = ["spend", "sends", "arm"]
    assert str(missing_column("spent", columns, "metric")) == (
        "The data has no column 'spent' for the metric: did you mean 'spend' or 'sends'?"
    )
    assert str(missing_column("x", columns, "unit")).endswith("for the unit: it has 'spend', 'sends' or 'arm'")
    assert isinstance(missing_column("x", columns, "unit"), InputError)


def test_a_long_list_of_names_is_cut_and_an_empty_one_is_none() -> None:
    assert quoted_list("abc", limit=2) == "'a', 'b' and 1 more"
    assert quoted_list([]) == "none"
    assert quoted_list(["a"]) == "'a'"
