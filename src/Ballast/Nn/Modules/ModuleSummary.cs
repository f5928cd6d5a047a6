using System.Globalization;
using System.Text;

namespace Ballast;

/// <summary>What a module is made of, part by part, for one shape of input; see <see cref="Module.Summary(Shape)"/>.</summary>
public sealed class ModuleSummary
{
    const int BytesPerValue = sizeof(float);

    ModuleSummary(IReadOnlyList<ModuleRow> rows, Module module, long inputValues)
    {
        Rows = rows;
        Parameters = module.Parameters().Sum(static parameter => (long)parameter.Length);
        TrainableParameters = module.Parameters().Where(static parameter => !parameter.Frozen).Sum(static parameter => (long)parameter.Length);
        MultiplyAdds = rows.Sum(static row => row.MultiplyAdds);
        InputBytes = inputValues * BytesPerValue;
        ParameterBytes = Parameters * BytesPerValue;
        OutputBytes = rows.Where(static row => row.IsLeaf).Sum(static row => row.Output is { } shape ? (long)shape.Length : 0) * BytesPerValue;
    }

    /// <summary>The module and its parts, in the order in which they run; a part that runs several times has a row for each.</summary>
    public IReadOnlyList<ModuleRow> Rows { get; }

    /// <summary>How many values all parameters have; one that is used several times counts once.</summary>
    public long Parameters { get; }

    /// <summary>How many of them learn.</summary>
    public long TrainableParameters { get; }

    /// <summary>How many multiply-adds linear layers, convolutions and the like take.</summary>
    public long MultiplyAdds { get; }

    /// <summary>The input's memory.</summary>
    public long InputBytes { get; }

    /// <summary>The parameters' memory. Gradients take as much again, Adam's moments twice as much.</summary>
    public long ParameterBytes { get; }

    /// <summary>The memory of the results of all layers, if each is kept.</summary>
    public long OutputBytes { get; }

    /// <summary>Runs the module, and notes what each part is given and gives.</summary>
    internal static ModuleSummary Of(Module module, Tensor[] inputs, Action<Tensor[]> run)
    {
        List<ModuleRow> rows = [];
        List<(Module Part, Action<Tensor, Tensor> Look, Action<Tensor[], Tensor[]> LookAtMany)> looks = [];
        var names = new Dictionary<Module, (string Name, int Depth)>();
        foreach (var (name, part) in module.NamedModules())
        {
            if (names.TryAdd(part, (name, name.Length == 0 ? 0 : name.Count(static letter => letter == '.') + 1)))
                looks.Add((part, (input, output) => Note(part, [input], output), (inputs, outputs) => Note(part, inputs, outputs[0])));
        }

        void Note(Module part, Tensor[] given, Tensor output) => rows.Add(new ModuleRow(
            part, names[part].Name, names[part].Depth, Array.ConvertAll(given, static tensor => tensor.Shape), output.Shape));

        foreach (var (part, look, many) in looks)
        {
            part.Forwarded += look;
            part.ForwardedMany += many;
        }

        try
        {
            using var off = Tensor.NoGrad();
            using var mode = ModeScope.Begin(training: false);
            run(inputs);
        }
        finally
        {
            foreach (var (part, look, many) in looks)
            {
                part.Forwarded -= look;
                part.ForwardedMany -= many;
            }
        }

        return new ModuleSummary(Ordered(rows, names), module, inputs.Sum(static input => (long)input.Length));
    }

    // A part is done before what it is a part of: what stands before a row and has its name before its own belongs to it. What never ran
    // comes last.
    static List<ModuleRow> Ordered(List<ModuleRow> ran, Dictionary<Module, (string Name, int Depth)> names)
    {
        List<List<ModuleRow>> trees = [];
        foreach (var row in ran)
        {
            int first = trees.Count;
            while (first > 0 && IsPart(trees[first - 1][0].Name, row.Name))
                first--;
            List<ModuleRow> tree = [row, .. trees.Skip(first).SelectMany(static inner => inner)];
            trees.RemoveRange(first, trees.Count - first);
            trees.Add(tree);
        }

        var idle = names.Where(entry => entry.Key.OwnParameters.Any() && !ran.Exists(row => row.Module == entry.Key))
            .Select(static entry => new ModuleRow(entry.Key, entry.Value.Name, entry.Value.Depth, [], null));
        return [.. trees.SelectMany(static tree => tree), .. idle];
    }

    static bool IsPart(string name, string whole) => whole.Length == 0
        ? name.Length > 0 : name.Length > whole.Length && name[whole.Length] == '.' && name.StartsWith(whole, StringComparison.Ordinal);

    /// <summary>The table.</summary>
    public override string ToString()
    {
        string[][] cells =
        [
            ["Layer", "Output", "Parameters", "Multiply-adds"],
            .. Rows.Select(static row => (string[])
            [
                $"{new string(' ', 2 * row.Depth)}{row.Module.GetType().Name}{(row.Name.Length > 0 ? $" ({row.Name})" : "")}",
                row.Output?.ToString() ?? "not run", Number(row.Parameters), Number(row.MultiplyAdds),
            ]),
        ];
        int[] widths = [.. Enumerable.Range(0, 4).Select(column => cells.Max(row => row[column].Length))];
        string rule = new('-', widths.Sum() + 6);
        var text = new StringBuilder();
        foreach (var (i, row) in cells.Index())
        {
            text.Append(row[0].PadRight(widths[0])).Append("  ").Append(row[1].PadRight(widths[1])).Append("  ")
                .Append(row[2].PadLeft(widths[2])).Append("  ").Append(row[3].PadLeft(widths[3])).Append('\n');
            if (i == 0)
                text.Append(rule).Append('\n');
        }

        return text.Append(rule).Append('\n')
            .Append($"Parameters: {Number(Parameters)}, {Number(TrainableParameters)} of them learn\n")
            .Append($"Multiply-adds: {Number(MultiplyAdds)}\n")
            .Append($"Memory: input {Megabytes(InputBytes)}, results {Megabytes(OutputBytes)}, parameters {Megabytes(ParameterBytes)}")
            .ToString();
    }

    static string Number(long value) => value == 0 ? "-" : value.ToString("#,0", CultureInfo.InvariantCulture);

    static string Megabytes(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0.00} MB");
}

/// <summary>One part of a module as it ran.</summary>
/// <param name="Module">The part.</param>
/// <param name="Name">Its dotted name; empty for the module itself.</param>
/// <param name="Depth">How many modules it is in.</param>
/// <param name="Inputs">The shapes of its inputs; none where it did not run.</param>
/// <param name="Output">The shape of its output, the first of several; null where it did not run.</param>
public sealed record ModuleRow(Module Module, string Name, int Depth, IReadOnlyList<Shape> Inputs, Shape? Output)
{
    /// <summary>The shape of its input, the first of several; null where it did not run.</summary>
    public Shape? Input => Inputs.Count > 0 ? Inputs[0] : null;

    /// <summary>How many values its own parameters have, without its parts'.</summary>
    public long Parameters => Module.OwnParameters.Sum(static parameter => (long)parameter.Length);

    /// <summary>How many multiply-adds its own computation takes, without its parts'.</summary>
    public long MultiplyAdds => Output is { } output ? Module.MultiplyAdds([.. Inputs], output) : 0;

    /// <summary>Whether it has no parts.</summary>
    internal bool IsLeaf => !Module.Children.Any();
}
