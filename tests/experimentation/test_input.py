"""What cannot be analysed is refused with a message that names the fix; every form of the data gives one answer."""

import gzip
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

from perennial.experimentation import ExperimentInputError, analyze
from tests.experimentation.markets import look, spenders


@pytest.fixture
def data() -> pa.Table:
    return spenders(np.random.default_rng(1), 500)


def with_column(data: pa.Table, name: str, values: Any) -> pa.Table:
    return data.set_column(data.schema.get_field_index(name), name, pa.array(values))


def test_a_misspelt_column_is_answered_with_near_names(data: pa.Table) -> None:
    with pytest.raises(ExperimentInputError, match="no column 'spent' for the metric 'spent': did you mean 'spend'"):
        look(data, ["spent"])
    with pytest.raises(ExperimentInputError, match=r"no column 'send' .*'sends'"):
        look(data, ["clicks/send"])
    for part in ("unit", "cluster", "time"):
        with pytest.raises(ExperimentInputError, match=f"no column 'dy' for the {part}"):
            look(data, ["spend"], **{part: "dy"})
    with pytest.raises(ExperimentInputError, match="for the covariate: did you mean 'before'"):
        look(data, ["spend"], covariates=["befor"])


def test_an_arm_that_is_not_there_is_answered_with_those_that_are(data: pa.Table) -> None:
    with pytest.raises(ExperimentInputError, match=r"No row has 'control' .* arms are 'email' or 'holdout'"):
        analyze(data, arm="arm", control="control", metrics=["spend"])
    with pytest.raises(ExperimentInputError, match="No row has 'letter'"):
        look(data, ["spend"], treatments=["letter"])


def test_data_of_one_arm_is_refused(data: pa.Table) -> None:
    with pytest.raises(ExperimentInputError, match="All rows are of the arm 'holdout'"):
        look(data.filter(pa.compute.equal(data["arm"], "holdout")), ["spend"])


def test_an_arm_of_one_row_is_refused() -> None:
    with pytest.raises(ExperimentInputError, match="single row"):
        look(pa.table({"arm": ["email", "holdout", "holdout"], "y": [1, 2, 3]}), ["y"])


def test_an_id_in_place_of_the_arm_is_refused(data: pa.Table) -> None:
    with pytest.raises(ExperimentInputError, match="more than 50 values"):
        analyze(data, arm="customer", control="1", metrics=["spend"])


def test_a_metric_that_never_varies_is_refused(data: pa.Table) -> None:
    with pytest.raises(ExperimentInputError, match=r"'spend' never varies \('spend' is 0 in every row\)"):
        look(with_column(data, "spend", np.zeros(500)), ["spend"])
    with pytest.raises(ExperimentInputError, match="'sends' is 0 in every row"):
        look(with_column(data, "sends", np.zeros(500)), ["clicks/sends"])


def test_a_metric_without_variance_within_the_arms_is_refused() -> None:
    with pytest.raises(ExperimentInputError, match="never varies within 'email' nor within the control"):
        look(pa.table({"arm": ["email"] * 9 + ["holdout"] * 9, "y": [3.0] * 9 + [5.0] * 9}), ["y"])


def test_units_with_several_rows_are_counted_and_refused(data: pa.Table) -> None:
    doubled = pa.concat_tables([data, data.slice(0, 7)])
    with pytest.raises(ExperimentInputError, match=r"7 units of 'customer' .*14 rows together.*--duplicates add"):
        look(doubled, ["spend"], unit="customer")


def test_units_in_two_arms_are_refused_even_when_rows_are_added_up(data: pa.Table) -> None:
    both = pa.concat_tables([data, with_column(data.slice(0, 3), "arm", ["email", "holdout", "email"])])
    with pytest.raises(ExperimentInputError, match="units of 'customer' have rows in more than one arm"):
        look(both, ["spend"], unit="customer", duplicates="add")


def test_text_is_no_metric(data: pa.Table) -> None:
    with pytest.raises(ExperimentInputError, match="'arm' holds string, not numbers"):
        look(data, ["arm"])


@pytest.mark.parametrize("nothing", [None, float("nan"), float("inf")])
def test_missing_values_are_counted_and_refused(data: pa.Table, nothing: float | None) -> None:
    values = [nothing, nothing, *np.array(data["spend"])[2:]]
    with pytest.raises(ExperimentInputError, match="2 rows have no number in 'spend'"):
        look(with_column(data, "spend", values), ["spend"])


def test_rows_without_an_arm_or_a_day_are_left_out_and_noted(data: pa.Table) -> None:
    arms = [None, *data["arm"].to_pylist()[1:]]
    done = look(with_column(data, "arm", arms), ["spend"])
    assert sum(arm.units for arm in done.arms) == 499
    assert done.notes == ("1 rows without an arm were left out",)
    days = [None, *data["day"].to_pylist()[1:]]
    assert "without a day" in look(with_column(data, "day", days), ["spend"], time="day").notes[0]


def test_a_covariate_that_the_treatment_changed_is_noted(data: pa.Table) -> None:
    treated = np.array(data["arm"]) == "email"
    moved = with_column(data, "before", np.array(data["before"]) + 20 * treated)
    assert "measured before the start?" in look(moved, ["spend"], covariates=["before"]).notes[0]


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_a_file_gives_the_answer_of_its_table(data: pa.Table, suffix: str, tmp_path: Path) -> None:
    file = tmp_path / f"experiment{suffix}"
    data = with_column(data, "bought", np.array(data["bought"]).astype(int))
    pyarrow.csv.write_csv(data, file) if suffix == ".csv" else pq.write_table(data, file)
    options: dict[str, Any] = {"arm": "arm", "control": "holdout", "metrics": ["bought", "spend", "clicks/sends"]}
    options |= {"unit": "customer", "time": "day", "covariates": ["before"]}
    assert analyze(file, **options).to_dict() == analyze(data, **options).to_dict()


def test_a_csv_whose_first_rows_mislead_is_read_all_the_same(tmp_path: Path) -> None:
    file = tmp_path / "late.csv"
    rows = "".join(f"{number},{number % 2},{number % 5}\n" for number in range(200_000))
    file.write_text("customer,arm,spend\n" + rows + "x7,1,2.5\n")
    done = analyze(file, arm="arm", control="0", metrics=["spend"], unit="customer")
    assert sum(arm.units for arm in done.arms) == 200_001


def test_a_data_frame_gives_the_answer_of_its_table(data: pa.Table) -> None:
    options: dict[str, Any] = {"arm": "arm", "control": "holdout", "metrics": ["bought", "spend"], "time": "day"}
    assert analyze(data.to_pandas(), **options).to_dict() == analyze(data, **options).to_dict()


def test_arms_may_be_numbers_booleans_or_categories(data: pa.Table) -> None:
    treated = np.array(data["arm"]) == "email"
    expected = look(data, ["spend"]).comparisons[0].difference
    forms = [(treated.astype(int), "0"), (treated, "false")]
    for values, control in forms:
        found = analyze(with_column(data, "arm", values), arm="arm", control=control, metrics=["spend"])
        assert found.comparisons[0].difference == expected
    encoded = data.set_column(data.schema.get_field_index("arm"), "arm", data["arm"].dictionary_encode())
    for options in ({}, {"cluster": "customer"}):
        assert look(encoded, ["spend"], **options).comparisons[0].difference == pytest.approx(expected)


def test_a_compressed_csv_with_wide_types_is_read(data: pa.Table, tmp_path: Path) -> None:
    plain, packed = tmp_path / "experiment.csv", tmp_path / "experiment.csv.gz"
    pyarrow.csv.write_csv(data.drop_columns(["bought"]), plain)
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    options: dict[str, Any] = {"arm": "arm", "control": "holdout", "metrics": ["spend"], "time": "day"}
    assert analyze(packed, **options).to_dict() == analyze(plain, **options).to_dict()


def test_other_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        analyze(tmp_path / "gone.csv", arm="a", control="c", metrics=["m"])
    (tmp_path / "book.xlsx").write_text("x")
    with pytest.raises(ExperimentInputError, match="neither CSV nor Parquet"):
        analyze(tmp_path / "book.xlsx", arm="a", control="c", metrics=["m"])
    (tmp_path / "broken.parquet").write_text("x")
    with pytest.raises(ExperimentInputError, match="cannot be read"):
        analyze(tmp_path / "broken.parquet", arm="a", control="c", metrics=["m"])
