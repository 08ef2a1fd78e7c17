"""One small source in every language: all its comments, strings that look like comments, a function to find."""

# ruff: noqa: E501

SAMPLES: dict[str, str] = {
    "python": '# note\ndef add(x, y):\n    """Add. Note."""\n    return x + y  # note\n\n\ntext = "# kept"\n',
    "javascript": (
        "// note\n/** Adds. Note. */\nexport function add(x, y) {\n  return x + y; /* note */\n}\n\n"
        "const text = `// kept  ${add(1, 2)}`;\n"
    ),
    "typescript": "// note\nconst add = (x: number, y: number): number => x + y; // note\nlet text = '/* kept */';\n",
    "java": (
        "class Sum {\n  /** Adds. Note. */\n  public static int add(int x, int y) {\n    // note\n    return x + y;\n  }\n"
        '  String text = "// kept";\n}\n'
    ),
    "c": (
        "#include <stdio.h> /* note */\n#define TWICE(x) ((x) + (x)) // note\n/* note */\nint add(int x, int y) {\n"
        '  return x + y; // note\n}\nconst char *text = "/* kept */";\n'
    ),
    "cpp": (
        "// note\ntemplate <class T>\nT add(T x, T y) {\n  return x + y; /* note */\n}\n"
        'auto text = R"(// kept\n\n  kept)";\n'
    ),
    "csharp": 'class Sum {\n  /// Note.\n  int add(int x, int y) => x + y; // note\n  string text = "// kept";\n}\n',
    "go": "package main\n\n// add adds. Note.\nfunc add(x int, y int) int {\n\treturn x + y // note\n}\n\nvar text = `// kept`\n",
    "rust": '//! Note.\n/// Adds. Note.\nfn add(x: i32, y: i32) -> i32 {\n    x + y // note\n}\nconst TEXT: &str = "// kept";\n',
    "ruby": '# note\ndef add(x, y)\n  x + y # note\nend\n\ntext = "# kept"\n=begin\nnote\n=end\n',
    "php": '<?php\n// note\n# note\n/** Adds. Note. */\nfunction add($x, $y) { return $x + $y; }\n$text = "// kept";\n',
    "kotlin": '// note\nfun add(x: Int, y: Int): Int = x + y /* note */\nval text = "// kept"\n',
}

BROKEN: dict[str, str] = {
    "python": "def add(x:",
    "javascript": "const f = (x => {",
    "typescript": "function f(x: number {",
    "java": "class A { int f( }",
    "c": "int f(void) { return 1 }",
    "cpp": "template <class T T f();",
    "csharp": "class A { int F( => 1; }",
    "go": "func f( { return }",
    "rust": "fn f( -> i32 { 1 }",
    "ruby": "def f(x\n  x +\nend",
    "php": "<?php function f( { }",
    "kotlin": "fun f( = 1",
}
