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
