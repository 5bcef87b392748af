"""Documents built from the docstrings of the running interpreter's standard library.

Sources are parsed, never imported: importing has side effects, and some modules only load on
one platform.
"""

from __future__ import annotations

import ast
import sysconfig
import tokenize
from collections.abc import Iterator, Sequence
from pathlib import Path

# Tests, bundled tools, tables and copies: their docstrings answer nobody's question.
_SKIPPED_DIRS = frozenset(
    {
        "__phello__",
        "__pycache__",
        "_pyrepl",
        "encodings",
        "ensurepip",
        "idle_test",
        "idlelib",
        "lib2to3",
        "pydoc_data",
        "test",
        "tests",
        "turtledemo",
    }
)

# Documented names whose Python text lives elsewhere, in some versions or in all of them. The
# document keeps the name engineers know; where the other module is absent its own file is read.
_IMPLEMENTATIONS = {
    "collections.abc": "_collections_abc",
    "datetime": "_pydatetime",
    "decimal": "_pydecimal",
    "io": "_pyio",
    "os.path": "posixpath",
    "pathlib": "pathlib._local",
    "warnings": "_py_warnings",
}

# A module with less text than this holds a heading and little else.
_WORTHWHILE_CHARS = 60

_TITLE_CHARS = 100

_Function = ast.FunctionDef | ast.AsyncFunctionDef


def build(modules: Sequence[str] | None = None, root: Path | None = None) -> list[tuple[str, str, str]]:
    """Builds one Markdown document a module.

    Args:
        modules: Dotted names to build; None means every module with worthwhile text. Names this
            interpreter lacks are left out, because modules come and go between versions.
        root: Folder of the library's sources; the running interpreter's own by default.

    Returns:
        Sorted (id, title, text) triples; the id is the dotted module name.
    """
    root = Path(sysconfig.get_paths()["stdlib"]) if root is None else root
    names = _module_names(root) if modules is None else modules
    smallest = _WORTHWHILE_CHARS if modules is None else 1
    documents = []
    for name in sorted(set(names)):
        tree = _parse(root, name)
        if tree is None:
            continue
        text = _render_module(name, tree)
        if len(text) >= smallest:
            documents.append((name, _title(name, tree), text))
    return documents


def _module_names(root: Path) -> set[str]:
    """Names of every module below root, an implementation going by its public name."""
    names = set(_walk(root, ""))
    for public, implementation in _IMPLEMENTATIONS.items():
        if implementation in names:
            names.remove(implementation)
            names.add(public)
    return names


def _walk(folder: Path, prefix: str) -> Iterator[str]:
    for path in folder.iterdir():
        # Rules out site-packages, lib-dynload, config-3.x and scripts that nobody can import.
        if not path.stem.isidentifier():
            continue
        if path.suffix == ".py":
            yield prefix.rstrip(".") if path.stem == "__init__" else prefix + path.stem
        elif path.name not in _SKIPPED_DIRS and (path / "__init__.py").is_file():
            yield from _walk(path, f"{prefix}{path.name}.")


def _parse(root: Path, name: str) -> ast.Module | None:
    """The syntax tree behind a documented name; None where it has no readable source."""
    path = _source(root, _IMPLEMENTATIONS.get(name, name)) or _source(root, name)
    if path is None:
        return None
    try:
        with tokenize.open(path) as stream:
            return ast.parse(stream.read())
    except (SyntaxError, ValueError):
        return None


def _source(root: Path, name: str) -> Path | None:
    base = root.joinpath(*name.split("."))
    candidates = (base / "__init__.py", base.with_name(f"{base.name}.py"))
    return next((path for path in candidates if path.is_file()), None)


def _title(name: str, tree: ast.Module) -> str:
    """The module's name and the first line of its docstring, cut to a title's length."""
    first = (ast.get_docstring(tree) or "").partition("\n")[0].strip()
    if not first:
        return name
    title = f"{name}: {first}"
    return title if len(title) <= _TITLE_CHARS else title[: _TITLE_CHARS - 1].rstrip() + "…"


def _render_module(name: str, tree: ast.Module) -> str:
    """The module as Markdown; empty where nothing in it is documented."""
    blocks = [_documentation(tree), *_render_body(tree.body, owner="", level=2)]
    kept = [block for block in blocks if block]
    return "\n\n".join([f"# {name}", *kept]) + "\n" if kept else ""


def _render_body(body: Sequence[ast.stmt], owner: str, level: int) -> list[str]:
    """Headings and docstrings of the documented definitions in a body, in source order."""
    blocks: list[str] = []
    seen: set[str] = set()
    for node in _definitions(body):
        if _is_private(node.name) or node.name in seen:
            continue
        members = _render_body(node.body, f"{owner}{node.name}.", level + 1) if isinstance(node, ast.ClassDef) else []
        text = _documentation(node)
        if not text and not members:
            continue
        # Platform branches and property setters define a name twice; the first text stands.
        seen.add(node.name)
        blocks.append(f"{'#' * level} {_heading(node, owner)}")
        if text:
            blocks.append(text)
        blocks.extend(members)
    return blocks


def _definitions(body: Sequence[ast.stmt]) -> Iterator[_Function | ast.ClassDef]:
    """Classes and functions of a body, those under platform and import checks included."""
    for node in body:
        if isinstance(node, _Function | ast.ClassDef):
            yield node
        elif isinstance(node, ast.If):
            yield from _definitions([*node.body, *node.orelse])
        elif isinstance(node, ast.Try):
            handlers = [statement for handler in node.handlers for statement in handler.body]
            yield from _definitions([*node.body, *handlers, *node.orelse, *node.finalbody])


def _is_private(name: str) -> bool:
    """Whether a name is internal; special methods such as __init__ are public."""
    return name.startswith("_") and not (name.startswith("__") and name.endswith("__"))


def _heading(node: _Function | ast.ClassDef, owner: str) -> str:
    """A definition as its documentation would head it, with its signature."""
    name = owner + node.name
    if isinstance(node, ast.ClassDef):
        bases = ", ".join(ast.unparse(base) for base in [*node.bases, *node.keywords])
        return f"class {name}({bases})" if bases else f"class {name}"
    if any(isinstance(mark, ast.Name) and mark.id == "property" for mark in node.decorator_list):
        return f"property {name}"
    prefix = "async " if isinstance(node, ast.AsyncFunctionDef) else ""
    returns = f" -> {ast.unparse(node.returns)}" if node.returns else ""
    return f"{prefix}{name}({ast.unparse(node.args)}){returns}"


def _documentation(node: _Function | ast.ClassDef | ast.Module) -> str:
    return (ast.get_docstring(node) or "").strip()
