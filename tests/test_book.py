"""What a reader of the site relies on: the real book is built, warnings as errors, and read."""

import importlib
import itertools
import json
import os
import re
import subprocess
import sys
from collections import Counter
from copy import copy
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
import sphinxcontrib.katex
import yaml
from bs4 import BeautifulSoup
from course_notebooks import ROOT, small_solution, write_in
from matplotlib.figure import Figure

from backprop import explore
from backprop.checks.catalogue import BACKWARD_PASS, SUBJECTS
from backprop.drawing import PALETTE
from coursekit.book import page_figure
from coursekit.book.api import MODULES, public_names
from coursekit.book.confusion import pairs_of_mistakes
from coursekit.book.exercise_link import colab_url, exercise_notebooks
from coursekit.book.figures import inline_svg

STATIC = ROOT / "src" / "coursekit" / "book" / "static"
TOC = yaml.safe_load((ROOT / "_toc.yml").read_text())
FILES = [chapter["file"] for part in TOC["parts"] for chapter in part["chapters"]]
CHAPTERS = [file for file in FILES if Path(file).name[0].isdigit()]  # the others are appendices
PAGES = [TOC["root"], *FILES]


def build(root, out, **environment):
    """Run Jupyter Book as `make book` does; the repository is unknown unless it is given."""
    variables = {k: v for k, v in os.environ.items() if not k.startswith("GITHUB_")}
    command = [Path(sys.executable).with_name("jupyter-book"), "build", "-W", "-n", "--keep-going"]
    result = subprocess.run(
        [*command, "--path-output", out, root],
        env=variables | {"NO_COLOR": "1"} | environment,
        capture_output=True,
        text=True,
    )
    return result.returncode, result.stdout + result.stderr


def write_small_book(root, page, config=""):
    """A book of one page, `chapters/01_powers`, with the real book's settings and an exercise."""
    settings = yaml.safe_load((ROOT / "_config.yml").read_text())
    del settings["html"]["favicon"]
    (root / "references.bib").write_text("")
    (root / "_config.yml").write_text(yaml.safe_dump(settings) + config)
    (root / "_toc.yml").write_text("format: jb-book\nroot: chapters/01_powers\n")
    (root / "chapters").mkdir()
    (root / "chapters" / "01_powers.md").write_text(page)
    write_in(root / "solutions", small_solution())


@cache
def read(path):
    """A page, parsed once for all tests: none of them may change it."""
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


@cache
def ids(path):
    return [element["id"] for element in read(path).select("[id]")]


def visible_text(page):
    """The text of the article without code, and without KaTeX's note of a formula's source."""
    article = copy(page.article)
    for element in article.select("pre, code, script, style, annotation"):
        element.decompose()
    return article.get_text(" ")


# ---- the real book ----


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    out = tmp_path_factory.mktemp("book")
    status, said = build(ROOT, out)
    assert status == 0, said
    return out / "_build" / "html"


@pytest.fixture(params=PAGES)
def path(site, request):
    return site / f"{request.param}.html"


@pytest.fixture
def page(path):
    return read(path)


@pytest.fixture(params=CHAPTERS)
def chapter(site, request):
    return site / f"{request.param}.html"


def test_a_page_has_its_title_and_a_description(page):
    assert page.title.text.startswith(page.h1.find(string=True))
    assert len(page.find("meta", attrs={"name": "description"})["content"]) > 40


def test_every_page_lists_all_chapters(page, path, site):
    contents = page.find("nav", attrs={"aria-label": "Contents"})
    linked = {(path.parent / a["href"]).resolve() for a in contents.select("a[href$=html]")}
    assert {site / f"{chapter}.html" for chapter in CHAPTERS} <= linked | {path}


def test_the_address_of_the_site_leads_to_the_first_page(site):
    index = read(site / "index.html")
    assert index.a["href"] == f"{TOC['root']}.html"
    assert index.find("meta", attrs={"http-equiv": "refresh"})["content"].endswith(index.a["href"])
    assert index.title.text


def test_the_reference_network_s_output_and_loss_are_on_the_pages(site):
    golden = json.loads((ROOT / "tests" / "golden" / "reference_notebook.json").read_text())
    for name, value in (("02_forward_pass", golden["net_output"]), ("03_loss", golden["loss"])):
        assert f"{value:.3f}" in visible_text(read(site / f"chapters/{name}.html"))


def test_every_formula_is_rendered(page, path, site):
    text = visible_text(page)
    if path in {site / f"{chapter}.html" for chapter in CHAPTERS}:
        assert page.select(".katex")  # an appendix may do without
    assert not page.select(".katex-error, .bp-formula-error")
    assert "$$" not in text
    assert not re.findall(r"\\[a-zA-Z]+", text)


def test_every_reference_is_resolved(page):
    assert "??" not in visible_text(page)
    assert not page.select(".problematic, .system-message, a:not([href]):not([id])")


def test_a_page_asks_no_other_host(page, path, site):
    """And all that it asks for is there."""
    asked = [element["src"] for element in page.select("[src]")]
    asked += [link["href"] for link in page.select("link[href]")]
    for sheet in page.select("link[rel=stylesheet]"):
        file = path.parent / urlsplit(sheet["href"]).path
        inner = re.findall(r"(?:url\(|@import )[\"']?([^\"')]+)", file.read_text())
        inner = [address for address in inner if not address.startswith(("data:", "#"))]
        asked += [os.path.relpath(file.parent / address, path.parent) for address in inner]
    assert asked
    for address in asked:
        parts = urlsplit(address)
        assert not parts.scheme and not parts.netloc, address
        assert (path.parent / unquote(parts.path)).is_file(), address


def test_every_picture_says_what_is_to_be_seen(page):
    for picture in page.select("img, svg"):
        if picture.find_parent(attrs={"aria-hidden": "true"}):
            continue
        assert (picture.get("alt") or picture.get("aria-label") or "").strip(), str(picture)[:200]


def test_only_a_page_with_a_picture_that_moves_loads_what_moves_it(page):
    loaded = [element for element in page.select("script[src*=moving], link[href*=moving]")]
    assert len(loaded) == (2 if page.select(".bp-moving") else 0)


def test_every_slider_has_a_label_and_says_where_it_stands(page):
    for slider in page.select("input[type=range]"):
        assert page.select_one(f"label[for={slider['id']}]").text.strip()
        assert 0 == int(slider["min"]) <= int(slider["value"]) <= int(slider["max"])
        assert slider["aria-valuetext"].strip()
        assert page.select_one(f"output[for~={slider['id']}]").text.strip()


def test_every_id_is_there_once(path):
    assert all(ids(path))
    assert [name for name, count in Counter(ids(path)).items() if count > 1] == []


def test_every_link_leads_somewhere(page, path):
    for link in {a["href"] for a in page.select("a[href]")}:
        address = urlsplit(link)
        if address.scheme:
            continue
        target = (path.parent / unquote(address.path)).resolve() if address.path else path
        assert target.is_file(), link
        if address.fragment:
            assert unquote(address.fragment) in ids(target), link


def test_a_chapter_has_its_sections(chapter):
    headings = [heading.find(string=True) for heading in read(chapter).select("h2")]
    assert headings[0] == "What you will be able to do"
    assert {"Check yourself", "Exercise", "Summary"} <= set(headings)


def test_a_chapter_asks_three_to_five_questions_and_explains_each_answer(chapter):
    questions = read(chapter).select(".bp-question")
    assert 3 <= len(questions) <= 5
    for question in questions:
        for opened in question.select("details"):
            choice = opened.summary.get_text(strip=True)
            assert choice and len(opened.get_text(strip=True)) > len(choice) + 20


def test_a_chapter_offers_its_exercise_for_download(chapter):
    link = read(chapter).select_one(".bp-exercise a[download]")
    target = chapter.parent / link["href"]
    assert target.name == f"{chapter.stem}.ipynb"
    assert json.loads(target.read_text())["metadata"]["course"]["exercise"] == chapter.stem


def test_while_the_repository_is_unknown_nothing_offers_colab(page, site):
    assert "colab" not in "".join(a["href"] for a in page.select("a[href]"))
    for exercise in (site / "exercises").iterdir():
        assert "git+" not in exercise.read_text()


# ---- the appendices ----


def test_the_api_page_has_every_public_name(site):
    shown = set(ids(site / "chapters/api.html"))
    for module in MODULES:
        for name, _ in public_names(importlib.import_module(f"backprop.{module.name}")):
            assert name in shown


def test_a_term_leads_from_a_chapter_to_its_explanation(site):
    (link,) = [
        link for link in read(site / "chapters/06_weight_gradients.html").select("a[href*=term-]")
        if link.text == "outer product"
    ]
    explained = read(site / "chapters/glossary.html").find(id=link["href"].partition("#")[2])
    assert explained.text.startswith("outer product")


def test_a_citation_leads_to_its_reference(site):
    link = read(site / "chapters/08_checking_gradients.html").find("a", string="1998")
    assert link["href"].startswith("references.html#")
    reference = read(site / "chapters/references.html").find(id=link["href"].partition("#")[2])
    assert "Squire" in reference.text and reference.find("a", href=re.compile("^https://doi.org"))


# ---- the pictures that move ----

MOVING = {
    ("02_forward_pass", "input-slider"): (explore.forward_pass_state, [explore.INPUT_SLIDER]),
    ("04_chain_rule", "chain-slider"): (explore.chain_rule_state, [explore.CHAIN_SLIDER]),
    ("06_weight_gradients", "outer-product"): (explore.outer_product_state, explore.ENTRY_SLIDERS),
    ("07_backward_pass", "backward-slider"): (
        explore.backward_pass_state, [explore.BACKWARD_SLIDER],
    ),
    ("08_checking_gradients", "smooth-steps"): (
        explore.smooth_step_size_state, [explore.STEP_SIZE_SLIDER],
    ),
    ("09_batches_and_training", "learning-rate"): (
        explore.learning_rate_state, [explore.LEARNING_RATE_SLIDER],
    ),
    ("10_cost_of_a_gradient", "checkpoints"): (
        explore.checkpoints_state, [explore.CHECKPOINT_SLIDER],
    ),
    ("11_depth_and_initialization", "depth-slider"): (
        explore.depth_state, [explore.DEPTH_SLIDER, explore.VARIANCE_SLIDER],
    ),
}


def test_every_picture_that_moves_is_compared_with_its_function(page, path):
    first = [slider["id"] for slider in page.select(".bp-sliders > input:first-of-type")]
    assert len(first) == len(page.select(".bp-moving"))
    assert set(first) == {f"{name}-slider-0" for chapter, name in MOVING if chapter == path.stem}


@pytest.mark.parametrize("chapter, name", MOVING)
def test_a_page_moves_through_the_states_that_the_notebook_shows(site, chapter, name):
    """What these states tell is compared with other computations in test_explore.py."""
    draw_state, sliders = MOVING[chapter, name]
    page = read(site / f"chapters/{chapter}.html")
    picture = page.find(id=f"{name}-slider-0").find_parent(class_="bp-moving")
    data = json.loads(picture.script.string)
    states = list(itertools.product(*(slider.places for slider in sliders)))
    assert len(data["states"]) == len(states)
    for i in {0, len(states) // 3, len(states) - 1}:
        figure = draw_state(*states[i])
        ranges = data["states"][i]
        lines = [data["lines"][a:b] for a, b in zip(ranges[::2], ranges[1::2])]
        assert "\n".join(sum(lines, [])) in inline_svg(name, figure, "any")
        assert data["words"][i] == figure.in_words


# ---- the pages of mistakes ----

MISTAKE_PAGES = sorted(page.stem for page in (ROOT / "chapters").glob("common_mistakes*.md"))
ENTRIES = {entry.slug: entry for subject in SUBJECTS for entry in subject.catalogue}
CODES = {
    slug: [
        code
        for subject in SUBJECTS
        for entry in subject.catalogue
        if entry.slug == slug
        for lines in entry.variants
        for code in lines.values()
        if code != "pass"  # in place of a line that is not there
    ]
    for slug in ENTRIES
}


def sections_of_mistakes(site, page):
    return read(site / f"chapters/{page}.html").select("section[id^=mistake-]")


def rows(table):
    """The texts of the cells, row by row, without the head."""
    return [
        [cell.get_text(" ", strip=True) for cell in row.select("th, td")]
        for row in table.select("tbody tr")
    ]


def tables_under(site, heading):
    """The tables of the page on what the checks tell apart, under a heading of any level."""
    return read(site / "chapters/what_the_checks_tell_apart.html").select(f"#{heading} table")


def test_every_mistake_of_the_catalogues_is_explained_in_one_place(site):
    explained = Counter(
        section["id"].removeprefix("mistake-")
        for page in MISTAKE_PAGES
        for section in sections_of_mistakes(site, page)
    )
    assert explained == dict.fromkeys(ENTRIES, 1)


@pytest.mark.parametrize("page", MISTAKE_PAGES)
def test_a_mistake_is_shown_with_its_question_its_lines_and_what_comes_of_it(site, page):
    for section in sections_of_mistakes(site, page):
        slug = section["id"].removeprefix("mistake-")
        assert section.h3.find(string=True).replace("’", "'") == ENTRIES[slug].title
        assert section.select_one(".admonition p:last-child").text.endswith("?")
        code = "\n".join(block.text for block in section.select(".highlight"))
        assert [line for line in CODES[slug] if line not in code] == []
        said = section.get_text()
        assert re.search(r"(On|With) the (reference network|values of the chapter)|Tried with: ", said), slug


def test_a_mistake_that_is_made_in_a_backward_pass_as_well_is_linked_and_not_repeated(site):
    shared = {
        f"common_mistakes.html#mistake-{entry.slug}"
        for subject in SUBJECTS
        for entry in subject.catalogue
        if subject is not BACKWARD_PASS and entry.slug in {e.slug for e in BACKWARD_PASS.catalogue}
    }
    linked = {
        link["href"]
        for name in MISTAKE_PAGES
        for link in read(site / f"chapters/{name}.html").select("article li a[href]")
    }
    assert shared and shared <= linked


def test_the_arrays_of_a_mistake_say_what_comes_out_and_what_should(site):
    page = read(site / "chapters/common_mistakes_2_chain_rule.html")
    arrays = page.select_one("#mistake-indicator-at-zero .bp-arrays")
    assert [p.text for p in arrays.select("p")] == ["x", "comes out", "should come out"]
    assert [pre.text for pre in arrays.select("pre")] == [
        "[[ 0.]\n [ 2.]\n [-3.]\n [ 0.]]",
        "[[1.]\n [1.]\n [0.]\n [1.]]",
        "[[0.]\n [1.]\n [0.]\n [0.]]",
    ]


def test_the_tables_of_what_was_made_list_the_catalogue_each_mistake_reported_as_made(site):
    made = [row for table in tables_under(site, "one-mistake") for row in rows(table)]
    assert sorted(made) == sorted(
        [entry.slug, "as made", str(len(entry.variants))] for entry in BACKWARD_PASS.catalogue
    )


def test_the_pairs_of_mistakes_are_all_counted_and_those_not_named_as_made_are_listed(site):
    count, *lists, equations = map(rows, tables_under(site, "two-mistakes"))
    numbers = [int(number) for _, number in count]
    assert sum(numbers) == len(pairs_of_mistakes())
    assert [len(made) for made in lists] == [number for number in numbers[1:] if number]
    assert sum(int(cell) for _, *row in equations for cell in row) == 2 * sum(numbers)


def test_every_other_function_has_a_row_and_its_mistakes_are_reported_as_made(site):
    (table,) = tables_under(site, "the-other-functions")
    ways = {s.name: sum(len(entry.variants) for entry in s.catalogue) for s in SUBJECTS}
    del ways[BACKWARD_PASS.name]
    assert {name: int(count) for name, _, count, _ in rows(table)} == ways
    for *_, as_made in rows(table):
        assert len(set(as_made.split(" of "))) == 1


def test_every_table_has_heads_for_its_columns_and_its_rows(site):
    names = (*MISTAKE_PAGES, "what_the_checks_tell_apart")
    tables = [t for name in names for t in read(site / f"chapters/{name}.html").select("table")]
    assert tables
    for table in tables:
        assert {cell.name for cell in table.select("thead tr > *")} == {"th"}
        assert {row.find(["th", "td"]).name for row in table.select("tbody tr")} == {"th"}


# ---- small books: what an author and a publisher rely on ----

GOOD_PAGE = """\
# Powers

With $x$, no sentence for a list of search results.

A power is a product of equal factors, and this page is about their number.

$$\\Om{k}, \\quad \\dldO{k} = \\dldf{k} \\hT{k}$$

{fwd}`values` and {bwd}`gradients` and {prm}`parameters`

::::{question}
Which?

:::{choice} $6 \\times 1$
Too few.
:::
:::{choice} $6 \\times 6$
:right:
As many as weights.
:::
::::

:::{exercise}
:::
"""


@pytest.fixture(scope="module")
def small_site(tmp_path_factory):
    root = tmp_path_factory.mktemp("small")
    write_small_book(root, GOOD_PAGE)
    status, said = build(root, root, GITHUB_REPOSITORY="octo/demo")
    assert status == 0, said
    return root / "_build" / "html"


def test_a_page_that_does_not_describe_itself_is_described_by_its_first_words(small_site):
    page = read(small_site / "chapters/01_powers.html")
    description = page.find("meta", attrs={"name": "description"})["content"]
    assert description.startswith("A power is a product of equal factors")


def test_on_github_colab_opens_the_published_exercise_which_can_install_the_course(small_site):
    links = [a["href"] for a in read(small_site / "chapters/01_powers.html").select("a[href]")]
    assert (
        "https://colab.research.google.com/github/octo/demo/blob/gh-pages/exercises/01_powers.ipynb"
        in links
    )
    exercise = (small_site / "exercises" / "01_powers.ipynb").read_text()
    assert "git+https://github.com/octo/demo" in exercise


def test_the_configured_branch_is_the_one_that_colab_opens(tmp_path, monkeypatch):
    monkeypatch.delenv("GITHUB_REPOSITORY", raising=False)
    config = tmp_path / "_config.yml"
    config.write_text("repository:\n  url: https://github.com/octo/demo\n  branch: spring\n")
    assert colab_url(exercise_notebooks(tmp_path), "01_powers.ipynb") == (
        "https://colab.research.google.com/github/octo/demo/blob/spring/exercises/01_powers.ipynb"
    )


def test_colab_is_not_offered_for_another_server_than_github():
    assert colab_url("https://git.example.org/octo/demo/blob/main/exercises", "a.ipynb") is None


def test_a_choice_says_in_words_whether_it_is_right(small_site):
    choices = read(small_site / "chapters/01_powers.html").select("details.bp-choice")
    assert [choice.select_one(".bp-verdict").text for choice in choices] == [
        "Not this one.",
        "Right.",
    ]
    assert [choice.summary.get_text(strip=True)[0] for choice in choices] == ["A", "B"]
    assert not any(choice.has_attr("open") for choice in choices)


def test_a_quantity_has_one_colour_in_formula_and_text(small_site):
    page = read(small_site / "chapters/01_powers.html")
    for kind in ("forward", "backward", "parameter"):
        found = page.select(f".bp-{kind}")
        assert any(element.find_parent(class_="katex") for element in found)
        assert any(not element.find_parent(class_="katex") for element in found)


MISTAKES = {
    "see {eq}`no-such-equation`": "no-such-equation",
    "see {numref}`no-such-figure`": "no-such-figure",
    "see {doc}`no_such_page`": "no_such_page",
    "a formula, $\\nosuchcommand$": "nosuchcommand",
    ":::{question}\nWhich?\n:::": "question 1 has neither a right choice nor an answer",
    "::::{question}\nWhich?\n\n:::{choice} this\n:right:\n:::\n::::": "'this' has no explanation",
    "```{source} loss.no_such_function\n```": "no function loss.no_such_function",
    ":::{exercise}\n:::": "solutions/01_powers.ipynb does not exist",
}


@pytest.fixture(scope="module")
def faulty_build(tmp_path_factory):
    root = tmp_path_factory.mktemp("faulty")
    write_small_book(root, "# Powers\n\n" + "\n\n".join(MISTAKES))
    (root / "solutions" / "01_powers.ipynb").unlink()
    return build(root, root)


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_on_a_page_fails_the_build_and_is_named_with_its_line(faulty_build, mistake):
    status, said = faulty_build
    assert status != 0
    warnings = re.findall(r"chapters/01_powers\.md:\d+: WARNING: .*", said)
    assert any(MISTAKES[mistake] in warning for warning in warnings), said


# ---- figures and style ----


def curve(colour):
    figure = Figure(figsize=(4, 3))
    figure.subplots().plot([0, 1], [0, 1], color=colour, marker="o")
    return figure


@pytest.mark.parametrize("key", ["forward", "backward", "parameter", "ink", "muted", "line"])
def test_a_figure_takes_its_colours_from_the_page(key):
    svg = inline_svg("curve", curve(PALETTE[key]), "A line.")
    assert f"var(--bp-{key}, {PALETTE[key]})".lower() in svg.lower()
    assert f"--bp-{key}:" in (STATIC / "course.css").read_text()


def test_two_figures_of_a_page_share_no_id():
    one, two = (
        set(re.findall(r'\bid="([^"]+)"', inline_svg(name, curve("#000000"), "A line.")))
        for name in ("one", "two")
    )
    assert one and two and not one & two


def test_what_a_figure_refers_to_is_in_it():
    svg = inline_svg("curve", curve("#000000"), "A line.")
    used = set(re.findall(r'(?:href="|url\()#([^")]+)', svg))
    assert used and used == set(re.findall(r'\bid="([^"]+)"', svg))


def test_the_same_figure_is_drawn_the_same_again():
    first, second = (inline_svg("curve", curve("#000000"), "A line.") for _ in range(2))
    assert first == second


def test_a_figure_is_named_for_those_who_do_not_see_it():
    svg = BeautifulSoup(inline_svg("curve", curve("#000000"), 'A "line" & more.'), "html.parser")
    assert (svg.svg["role"], svg.svg["aria-label"]) == ("img", 'A "line" & more.')


@pytest.mark.parametrize("alt", ["", "  \n"])
def test_a_figure_without_a_description_is_refused(alt):
    with pytest.raises(ValueError, match="alt must say"):
        page_figure("curve", curve("#000000"), alt)


def test_a_name_that_cannot_stand_in_an_id_is_refused():
    with pytest.raises(ValueError, match="name must be letters.*'a curve'"):
        page_figure("a curve", curve("#000000"), "A line.")


def luminance(colour):
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_every_colour_is_legible_in_both_themes_and_tells_itself_from_the_others_in_grey():
    style = (STATIC / "course.css").read_text()
    themes = re.findall(r"\{([^}]*--bp-forward: [^}]*)\}", style)
    assert len(themes) == 2
    for theme in themes:
        colour = dict(re.findall(r"--bp-(\w+): (#[0-9a-f]{6})", theme))
        for key in ("forward", "backward", "parameter", "ink", "muted", "link", "right"):
            assert contrast(colour[key], colour["paper"]) >= 4.5, key
        kinds = [colour[key] for key in ("forward", "backward", "parameter")]
        for one, other in zip(kinds, kinds[1:] + kinds[:1]):
            assert contrast(one, other) > 1.2


def test_the_formulas_style_is_that_of_the_script_that_renders_them():
    script = Path(sphinxcontrib.katex.__file__).with_name("katex.min.js").read_text()
    style = (STATIC / "katex" / "katex.min.css").read_text()
    assert re.search(r'version:"([\d.]+)"', script)[1] == re.search(r'content:"([\d.]+)"', style)[1]
