"""Which quick tests have which module for their subject, and what of them takes seconds."""

# The tests that have a module for their subject and are quick: they start no process.
_STEPPING = "python_ref/stepping/test_stepping*.py"
_DIALECTS = "python_ref/dialects/test_dialects*.py"
_SEARCH = "diagnosis/test_diagnose_search.py diagnosis/test_diagnose_told.py"
_DIAGNOSE = "diagnosis/test_diagnose_elsewhere.py diagnosis/test_diagnose.py"
_CONSTANTS = "diagnosis/test_diagnose_constants.py"
_RUN = "diagnosis/test_search_run.py"
_PARTS = "diagnosis/test_diagnose_parts.py"
_SOLVED = "diagnosis/test_diagnose_solved.py"
_LONG = "diagnosis/test_diagnose_long.py"
TESTS = {
    "harness.comparison.compare": "comparison/test_compare*.py",
    "harness.comparison.distance": "comparison/test_compare*.py",
    "harness.comparison.replays": "comparison/test_compare*.py",
    "harness.comparison.roots": "comparison/test_roots*.py",
    "harness.comparison.traces": "comparison/test_traces*.py",
    "harness.comparison.omitted": "judging/test_left_out*.py",
    "harness.judging.decoding": "judging/test_lossy*.py",
    "harness.judging.drawn": "judging/test_feeding*.py",
    "harness.judging.feeding": "judging/test_feeding*.py",
    "harness.judging.flushing": "judging/test_flushing*.py",
    "harness.judging.guests": "judging/test_guests_visited.py",
    "harness.judging.recorded": "judging/test_scripts_recorded.py",
    "harness.judging.observation_formats": "judging/test_observation_formats*.py",
    "harness.judging.verdict": "judging/test_verdict*.py judging/test_conclude*.py",
    "harness.diagnosis.average": _CONSTANTS,
    "harness.diagnosis.budget": f"{_PARTS} diagnosis/test_diagnose_draws.py",
    "harness.diagnosis.coincidence": f"diagnosis/test_coincidence.py {_SEARCH}",
    "harness.diagnosis.constants": f"diagnosis/test_constants*.py {_SEARCH}",
    "harness.diagnosis.diagnose": f"{_DIAGNOSE} {_SEARCH} {_CONSTANTS}",
    "harness.diagnosis.explanation": _SEARCH,
    "harness.diagnosis.gauss_newton": "diagnosis/test_gauss_newton.py diagnosis/test_solver.py",
    "harness.diagnosis.hypotheses": f"diagnosis/test_diagnose.py {_CONSTANTS}",
    "harness.diagnosis.iterates": "diagnosis/test_solver.py",
    "harness.diagnosis.nearest": _SEARCH,
    "harness.diagnosis.noise": f"{_CONSTANTS} {_SEARCH}",
    "harness.diagnosis.ranking": _SEARCH,
    "harness.diagnosis.search": f"diagnosis/test_search_*.py {_SEARCH} {_SOLVED} {_LONG}",
    "harness.diagnosis.settling": f"{_SEARCH} diagnosis/test_diagnose.py",
    "harness.diagnosis.solver": "diagnosis/test_solver.py",
    "harness.diagnosis.starts": f"diagnosis/test_starts.py {_PARTS}",
    "harness.diagnosis.thinning": _PARTS,
    "harness.diagnosis.trial": f"diagnosis/test_trial.py {_SEARCH}",
    "harness.diagnosis.fitting": f"diagnosis/test_fitting.py {_RUN} {_SEARCH}",
    "harness.diagnosis.where": "diagnosis/test_diagnose_where.py",
    "harness.comparison.lost": "comparison/test_lost*.py",
    "harness.report.causes": "report/test_causes.py report/test_words.py",
    "python_ref.numbers.algebra": f"python_ref/numbers/test_algebra*.py {_STEPPING}",
    "python_ref.numbers.arithmetic": "python_ref/numbers/test_arithmetic*.py",
    "python_ref.numbers.operations": "python_ref/numbers/test_arithmetic*.py",
    "python_ref.dialects.axes": _DIALECTS,
    "python_ref.rounding.balls": "python_ref/rounding/test_*.py",
    "python_ref.rounding.bounds": "python_ref/rounding/test_*.py",
    "python_ref.scenarios.calls": f"python_ref/scenarios/test_calls.py {_STEPPING} {_DIALECTS}",
    "python_ref.dialects.dialect": f"{_DIALECTS} python_ref/dialects/test_libraries*.py",
    "python_ref.dialects.equivalence": "python_ref/dialects/test_equivalence*.py",
    "python_ref.rounding.envelope": "python_ref/rounding/test_*.py",
    "python_ref.golden.golden": "python_ref/golden/test_golden*.py",
    "python_ref.stepping.kernels": f"{_STEPPING} {_DIALECTS}",
    "python_ref.scenarios.large": "python_ref/scenarios/test_large*.py",
    "python_ref.dialects.libraries": "python_ref/dialects/test_libraries*.py",
    "python_ref.stepping.plan": f"{_STEPPING} {_DIALECTS}",
    "python_ref.stepping.columns": f"{_STEPPING} {_DIALECTS}",
    "python_ref.stepping.recipes": f"{_STEPPING} {_DIALECTS}",
    "python_ref.stepping.effective": f"{_STEPPING} {_DIALECTS}",
    "python_ref.stepping.engine": f"{_STEPPING} {_DIALECTS}",
    "python_ref.rmsprop": "python_ref/test_rmsprop*.py",
    "python_ref.scenarios.catalogue": "python_ref/scenarios/test_scenarios*.py",
    "python_ref.scenarios.scenario": "python_ref/scenarios/test_[sh]*.py",
    "python_ref.stepping.stages": f"{_STEPPING} {_DIALECTS}",
    "python_ref.stepping.stepper": f"{_STEPPING} {_DIALECTS}",
}

# Of those, what takes seconds for every mutant; what it alone sees, a quicker test has to see.
_CERTIFYING = "every_arithmetic or every_deviation or three_deviations or short_core"
_EVERY_CONSTANT = "a_constant_of_its_own"
_SEARCHING = "probes_go_on or sixteen_bits or true_set or librarys_name or sets_larger"
SLOW = {
    "harness.diagnosis.budget": "none_is_told_falsely or draws_in or figures_by_hand",
    "harness.diagnosis.constants": _SEARCHING,
    "harness.diagnosis.search": _SEARCHING,
    "harness.diagnosis.trial": _SEARCHING,
    "harness.diagnosis.fitting": _SEARCHING,
    "harness.diagnosis.average": f"{_EVERY_CONSTANT} or interval or inputs_copied",
    "harness.diagnosis.hypotheses": f"{_EVERY_CONSTANT} or near_miss or pair_is_explained",
    "harness.diagnosis.where": "no_two_deviations",
    "harness.diagnosis.diagnose": "near_miss or pair_is_explained or probes_tell or deviations6-",
    "python_ref.rounding.envelope": _CERTIFYING,
    "python_ref.rounding.bounds": _CERTIFYING,
    "python_ref.rounding.balls": _CERTIFYING,
}
