using System.Text.RegularExpressions;

namespace Ballast.Tests;

/// <summary>Calls run downward only: Cli, Lab, Training, then Nn, Optim, Data and Formats, Tensors, Kernels. A room's types are
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
        ["Training"] = ["Kernels", "Tensors", "Nn", "Optim", "Formats", "Data"],
        ["Lab"] = ["Kernels", "Tensors", "Nn", "Optim", "Formats", "Data", "Training"],
        ["Cli"] = ["Kernels", "Tensors", "Nn", "Optim", "Formats", "Data", "Training", "Lab", "Data package"],
    };

    static readonly string Source = Path.Combine(Root(), "src");

    static string Root()
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

    // A type and a name behind it: a property, a constant or a method, which may be called as another room's type is.
    [GeneratedRegex(@"(?<!\b(?:new|return|throw|is|as|in|not|or|and|else|case|await|where|class|struct|record|enum|interface))[\w>\]?]\s+(\w+)\s*(?:\{|=>|=|\(|;)")]
    private static partial Regex Member();

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
                .SelectMany(static other => other.Value.SelectMany(static file => Member().Matches(file.Code)))
                .Select(static match => match.Groups[1].Value).ToHashSet();
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
            var declared = Declaration().Matches(code).Select(static match => match.Groups[1].Value).ToHashSet();
            found.AddRange(Asked(code, types).Where(type => !declared.Contains(type)).Select(type => $"{file} asks for {type}"));
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
