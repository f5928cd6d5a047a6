namespace Ballast.Cli;

/// <summary>The graph of an ONNX file, as lines to read and as JSON.</summary>
static class GraphText
{
    const int MostOperators = 60;

    /// <summary>Versions, inputs, results and operators; nothing of a file without a graph.</summary>
    public static IEnumerable<string> Lines(StoredFile file)
    {
        if (Json(file) is not { } graph)
            yield break;
        string by = graph.Producer.Length > 0 ? $", written by {graph.Producer}" : "";
        var opsets = graph.Opsets.Select(static set => set.Key == "ai.onnx" ? $"{set.Value}" : $"{set.Value} of {set.Key}");
        yield return $"opset {string.Join(", ", opsets)}, IR {graph.IrVersion}{by}";
        foreach (var input in graph.Inputs)
            yield return $"in:  {Value(input)}";
        foreach (var output in graph.Outputs)
            yield return $"out: {Value(output)}";
        string more = graph.Operators.Count > MostOperators ? $" and {graph.Operators.Count - MostOperators} other kinds" : "";
        yield return $"operators: {string.Join(", ", graph.Operators.Take(MostOperators).Select(static kind => $"{kind.Value} {kind.Key}"))}{more}";
        if (graph.Unknown.Count > 0)
            yield return $"not known here, so that this file is not run: {string.Join(", ", graph.Unknown.Take(MostOperators))}";
    }

    /// <summary>The same for a program; null of a file without a graph.</summary>
    public static InspectedGraph? Json(StoredFile file)
    {
#if PICTURES
        if (file.Format == StoredFormat.Onnx)
        {
            var told = OnnxFile.Describe(file.Path);
            return new InspectedGraph(told.Name, told.Producer, told.IrVersion, told.Opsets, [.. told.Inputs.Select(Value)],
                [.. told.Outputs.Select(Value)], told.Operators, told.Unknown);
        }
#endif
        return null;
    }

    static string Value(InspectedValue value) =>
        value.Sizes is null ? $"{value.Name} {value.Type}" : $"{value.Name} {value.Type} [{string.Join(", ", value.Sizes)}]";

#if PICTURES
    static InspectedValue Value(OnnxValue value) => new(value.Name, value.Type, value.Sizes);
#endif
}
