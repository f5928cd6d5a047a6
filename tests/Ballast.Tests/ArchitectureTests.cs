using System.Text.RegularExpressions;

namespace Ballast.Tests;

/// <summary>Calls run downward only: Cli, Lab, Models and Training, then Nn, Optim, Data and Formats, Tensors, Kernels. A room's types are
/// known by their names; a room that names a type of another one depends on it.</summary>
public partial class ArchitectureTests
{
    // What each room may name besides itself and what lies in the library's root. Data reads the pictures of Formats.
    static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Kernels"] = [],
        ["Tensors"] = ["Kernels"],
        ["Nn"] = ["Kernels", "Tensors"],
        ["Optim"] = ["Kernels", "Tensors"],
        ["Formats"] = ["Kernels", "Tensors"],
        ["Data"] = ["Kernels", "Tensors", "Formats"],
        ["Data package"] = ["Kernels", "Tensors", "Nn", "Optim", "Formats", "Data", "Training"],
        ["Onnx"] = ["Kernels", "Tensors", "Nn", "Formats", "Data"],
        ["Keras"] = ["Kernels", "Tensors", "Nn", "Formats"],
        ["Models"] = ["Kernels", "Tensors", "Nn"],
        ["Training"] = ["Kernels", "Tensors", "Nn", "Optim", "Formats", "Data"],
        ["Lab"] = ["Kernels", "Tensors", "Nn", "Optim", "Formats", "Data", "Training", "Models"],
        ["Cli"] = ["Kernels", "Tensors", "Nn", "Optim", "Formats", "Data", "Training", "Lab", "Data package", "Onnx", "Keras"],
    };

    static readonly string Source = Path.Combine(Root(), "src");

    internal static string Root()
    {
        string? folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Ballast.slnx")))
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("no Ballast.slnx above the tests");
        return folder;
    }

    static Dictionary<string, List<(string File, string Code)>> Rooms()
    {
        var rooms = new Dictionary<string, List<(string, string)>>();
        foreach (string file in Directory.EnumerateFiles(Source, "*.cs", SearchOption.AllDirectories))
        {
            string[] path = Path.GetRelativePath(Source, file).Split(Path.DirectorySeparatorChar);
            if (path.Contains("obj") || path.Contains("bin"))
                continue;
            string? room = path[0] switch
            {
                "Ballast" => path.Length > 2 ? path[1] : null, // the root serves everybody
                "Ballast.Data" => "Data package",
                _ => path[0].Split('.')[^1],
            };
            if (room is null)
                continue;
            if (!rooms.TryGetValue(room, out var files))
                rooms[room] = files = [];
            files.Add((string.Join('/', path), Code(File.ReadAllText(file))));
        }

        return rooms;
    }

    // Without comments and without the text of strings; what stands in an interpolation goes with it.
    static string Code(string text) => Text().Replace(text, " ");

    [GeneratedRegex("""
        //[^\n]* | /\*.*?\*/ | "{3,}.*?"{3,} | @"(?:[^"]|"")*" | "(?:\\.|[^"\\\n])*" | '(?:\\.|[^'\\\n])+'
        """, RegexOptions.Singleline | RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Text();

    // Declared at the start of a line: types inside other types are those types' own affair.
    [GeneratedRegex("""
        ^(?:(?:public|internal|static|sealed|abstract|partial|readonly|unsafe|ref|file)\s+)*
        (?:record\s+struct|record\s+class|record|class|struct|interface|enum|delegate\s+[\w<>\[\],\s]+?)\s+(\w+)
        """, RegexOptions.Multiline | RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Declaration();

    [GeneratedRegex(@"(?<![\w.])\w+|(?<=Ballast\.)\w+")]
    private static partial Regex Word();

    // A type and a name behind it: a property, a constant, a field or a method, which may be called as another place's type is.
    [GeneratedRegex(@"(?<type>\w+)[>\]\[?*]*\s+(?<name>\w+)\s*(?:\{|=>|=|\(|;|,)")]
    private static partial Regex Member();

    static readonly HashSet<string> NoTypes =
    [
        "new", "return", "throw", "is", "as", "in", "not", "or", "and", "else", "case", "await", "where", "class", "struct", "record", "enum",
        "interface", "using", "ref", "out", "params", "public", "private", "protected", "internal", "static", "readonly", "override", "virtual",
        "abstract", "sealed", "partial", "async", "unsafe", "extern", "const", "required", "delegate", "operator", "yield", "select",
    ];

    // A member that has its type's name names that type.
    static IEnumerable<string> Members(string code) => Member().Matches(code)
        .Where(static match => !NoTypes.Contains(match.Groups["type"].Value) && match.Groups["type"].Value != match.Groups["name"].Value)
        .Select(static match => match.Groups["name"].Value);

    // Two rooms may have types of one name, each for itself.
    static ILookup<string, string> Declared(Dictionary<string, List<(string File, string Code)>> rooms) => rooms
        .SelectMany(static room => room.Value.SelectMany(static file => Declaration().Matches(file.Code))
            .Select(match => (Name: match.Groups[1].Value, Room: room.Key)))
        .Distinct()
        .ToLookup(static entry => entry.Name, static entry => entry.Room);

    [Fact]
    public void Every_room_is_on_the_plan_and_has_types()
    {
        var rooms = Rooms();
        Assert.Equal(Allowed.Keys.Order(), rooms.Keys.Order());
        var declared = Declared(rooms);
        Assert.True(declared.Count > 100);
        foreach (var (name, room) in new[]
        {
            ("Tensor", "Tensors"), ("ISimd", "Kernels"), ("Module", "Nn"), ("Optimizer", "Optim"), ("DataLoader", "Data"),
            ("SafetensorsFile", "Formats"), ("Trainer", "Training"), ("ReportPage", "Lab"),
        })
        {
            Assert.Equal([room], declared[name]);
        }
    }

    [Fact]
    public void No_arrow_runs_back_up()
    {
        var rooms = Rooms();
        var declared = Declared(rooms);
        List<string> arrows = [];
        foreach (var (room, files) in rooms)
        {
            var members = rooms.Where(other => other.Key == room || Allowed[room].Contains(other.Key))
                .SelectMany(static other => other.Value.SelectMany(static file => Members(file.Code))).ToHashSet();
            foreach (var (file, code) in files)
            {
                foreach (string word in Word().Matches(code).Select(static match => match.Value).Distinct())
                {
                    var homes = declared[word];
                    if (homes.Any() && !members.Contains(word) && !homes.Any(home => home == room || Allowed[room].Contains(home)))
                        arrows.Add($"{file} names {word} of {string.Join(", ", homes)}");
                }
            }
        }

        Assert.True(arrows.Count == 0, string.Join('\n', arrows));
    }

    static string Folder(string file) => file[..file.LastIndexOf('/')];

    // The folder of the file that declares a type; of a partial one in several folders, that of the file with its name.
    static Dictionary<string, string> Homes(IReadOnlyList<(string File, string Code)> files) => files
        .SelectMany(static entry => Declaration().Matches(entry.Code).Select(match => (Name: match.Groups[1].Value, entry.File)))
        .GroupBy(static entry => entry.Name)
        .ToDictionary(static type => type.Key, static type => Folder(
            type.Select(static entry => entry.File).OrderByDescending(file => file.EndsWith($"/{type.Key}.cs", StringComparison.Ordinal)).First()));

    // Which folder names a type of which other one, each time with the first file that does.
    static Dictionary<string, Dictionary<string, string>> Arrows(IReadOnlyList<(string File, string Code)> files)
    {
        var homes = Homes(files);
        Dictionary<string, Dictionary<string, string>> arrows = [];
        foreach (var (file, code) in files)
        {
            string folder = Folder(file);
            arrows.TryAdd(folder, []);
            foreach (string word in Word().Matches(code).Select(static match => match.Value).Distinct().Except(Members(code)))
            {
                if (homes.TryGetValue(word, out string? home) && home != folder)
                    arrows[folder].TryAdd(home, $"{file} names {word} of {home}");
            }
        }

        return arrows;
    }

    // The arrows of one circle of folders; none where they run one way.
    static List<string> Circle(IReadOnlyList<(string File, string Code)> files)
    {
        var arrows = Arrows(files);
        // Who names nobody that is left is on no circle.
        while (arrows.Keys.FirstOrDefault(folder => !arrows[folder].Keys.Any(arrows.ContainsKey)) is { } last)
            arrows.Remove(last);
        List<string> way = [];
        for (string? folder = arrows.Keys.FirstOrDefault(); folder is not null; folder = arrows[folder].Keys.First(arrows.ContainsKey))
        {
            if (way.IndexOf(folder) is >= 0 and int start)
            {
                way.Add(folder);
                return [.. way.Skip(start).Zip(way.Skip(start + 1), (from, to) => arrows[from][to])];
            }

            way.Add(folder);
        }

        return [];
    }

    [Theory]
    [InlineData("Kernels")]
    [InlineData("Tensors")]
    [InlineData("Nn")]
    public void Arrows_between_the_folders_of_a_room_run_one_way(string room)
    {
        var files = Rooms()[room];
        Assert.True(Arrows(files).Count > 5);
        var circle = Circle(files);
        Assert.True(circle.Count == 0, string.Join('\n', circle));
    }

    [Fact]
    public void A_circle_of_folders_is_found()
    {
        List<(string File, string Code)> files =
        [
            ("R/Top/First.cs", "class First { Second second; }"), ("R/A/Second.cs", "class Second : Third { }"),
            ("R/B/Third.cs", "class Third { int Second { get; } }"), ("R/Top/Second.Part.cs", "partial class Second { }"),
        ];
        Assert.Empty(Circle(files));
        files.Add(("R/C/Fourth.cs", "class Fourth { void Run() => new First(); }"));
        Assert.Empty(Circle(files));
        files[2] = ("R/B/Third.cs", "class Third { Fourth Fourth { get; } }");
        Assert.Equal(
            [
                "R/A/Second.cs names Third of R/B", "R/B/Third.cs names Fourth of R/C", "R/C/Fourth.cs names First of R/Top",
                "R/Top/First.cs names Second of R/A",
            ],
            Circle(files).Order());
    }

    [GeneratedRegex(@"\bclass\s+(\w+)\b[^{;]*?:\s*(\w+)", RegexOptions.Singleline)]
    private static partial Regex Derived();

    static HashSet<string> DeferredTypes(Dictionary<string, List<(string File, string Code)>> rooms)
    {
        var bases = rooms["Tensors"].SelectMany(static entry => Derived().Matches(entry.Code))
            .Select(static match => (Name: match.Groups[1].Value, Base: match.Groups[2].Value)).ToList();
        HashSet<string> found = ["Deferred"];
        while (bases.Any(entry => found.Contains(entry.Base) && found.Add(entry.Name)))
        {
        }

        found.Remove("Deferred");
        found.Remove("BackendValues"); // the other kind of values, to which the default backend's questions do not apply
        return found;
    }

    // Where a file names a type other than to make an object of it, or to call what makes one.
    static IEnumerable<string> Asked(string code, IEnumerable<string> types) => types.Where(type =>
        Regex.IsMatch(code, $@"(?<!\bnew\s|[.\w]){type}\b(?!\s*\.|\s*\()|\b(?:is|as|not|or|and|case)\s+{type}\b"));

    [Fact]
    public void Nobody_names_the_deferred_type_of_another_file()
    {
        var rooms = Rooms();
        var types = DeferredTypes(rooms);
        Assert.Superset(
            new HashSet<string> { "DeferredNormalization", "DeferredSum", "DeferredConvolution", "OuterProduct", "PixelValues", "Strided" }, types);
        List<string> found = [];
        foreach (var (file, code) in rooms.Values.SelectMany(static files => files))
        {
            if (file.Contains("/Tensors/Deferred/", StringComparison.Ordinal))
                continue;
            var own = Declaration().Matches(code).Select(static match => match.Groups[1].Value)
                .Concat(Derived().Matches(code).Select(static match => match.Groups[2].Value)).ToHashSet();
            found.AddRange(Asked(code, types).Where(type => !own.Contains(type)).Select(type => $"{file} asks for {type}"));
        }

        Assert.True(found.Count == 0, string.Join('\n', found));
    }

    [Theory]
    [InlineData("if (x.Recipe is DeferredSum sum)", true)]
    [InlineData("x.Recipe as DeferredSum", true)]
    [InlineData("case DeferredSum:", true)]
    [InlineData("((DeferredSum)x.Recipe).Left", true)]
    [InlineData("void Take(DeferredSum sum)", true)]
    [InlineData("new DeferredSum(x, y)", false)]
    [InlineData("DeferredSum.Of(x, y)", false)]
    [InlineData("new DeferredSummary()", false)]
    public void Asking_for_a_type_is_told_from_making_one(string code, bool asks) =>
        Assert.Equal(asks, Asked(code, ["DeferredSum"]).Any());

    [Theory]
    [InlineData("MishFunction")]
    [InlineData("HardswishFunction")]
    [InlineData("SiluActivation")]
    [InlineData("GeluActivation")]
    [InlineData("LeakyReluActivation")]
    [InlineData("SoftsignFunction")]
    public void An_activation_is_named_where_it_is_written_and_by_its_method(string name)
    {
        var files = Rooms().Values.SelectMany(static files => files)
            .Where(entry => Regex.IsMatch(entry.Code, $@"\b{name}\b")).Select(static entry => entry.File).ToList();
        Assert.Equal(2, files.Count);
        Assert.Contains(files, static file => file.Contains("/Kernels/Functions/", StringComparison.Ordinal));
        Assert.Contains(files, static file => file.Contains("/Tensor/Tensor.", StringComparison.Ordinal));
    }

    [Fact]
    public void Kernels_have_a_namespace_of_their_own_and_everybody_else_has_one()
    {
        foreach (var (room, files) in Rooms())
        {
            string wanted = room switch
            {
                "Kernels" => "namespace Ballast.Kernels;",
                "Lab" => "namespace Ballast.Lab",
                "Cli" => "namespace Ballast.Cli",
                _ => "namespace Ballast;",
            };
            Assert.All(files.Where(static entry => !entry.File.EndsWith("Program.cs", StringComparison.Ordinal)),
                entry => Assert.Contains(wanted, entry.Code, StringComparison.Ordinal));
        }
    }
}
