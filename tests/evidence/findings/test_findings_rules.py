import importlib
import pkgutil

import pytest
from rule_cases import CASES

import codefavor.evidence.findings as room
from codefavor.evidence.findings import find
from codefavor.evidence.findings.rule import Rule


def open_places(code: str) -> set[str]:
    return {finding.rule for finding in find(code).findings if not finding.guarded}


def all_rules() -> dict[str, Rule]:
    modules = [
        importlib.import_module(f"{room.__name__}.{module.name}") for module in pkgutil.iter_modules(room.__path__)
    ]
    return {item.id: item for module in modules for item in vars(module).values() if isinstance(item, Rule)}


@pytest.mark.parametrize(("rule", "bad", "good"), CASES)
def test_rule_fires_on_the_weakness_and_not_on_the_repair(rule: str, bad: str, good: str) -> None:
    assert rule in open_places(bad)
    assert rule not in open_places(good)


def test_every_rule_has_a_case_and_a_cwe_number() -> None:
    rules = all_rules()
    assert set(rules) == {rule for rule, _, _ in CASES}
    assert all(rule.cwe > 0 and rule.message.endswith(".") for rule in rules.values())


@pytest.mark.parametrize(("rule", "bad", "good"), CASES)
def test_found_as_deep_in_an_indented_fragment(rule: str, bad: str, good: str) -> None:
    def fragment(code: str) -> str:
        return "        )\n" + "".join(f"        {line}\n" for line in code.splitlines()) + "    else:\n        go("

    if '"""' in bad:
        return
    assert find(fragment(bad)).parsed_as == "tolerant"
    assert rule in open_places(fragment(bad))
    assert rule not in open_places(fragment(good))
