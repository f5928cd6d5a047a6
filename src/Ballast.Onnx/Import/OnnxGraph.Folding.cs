namespace Ballast;

// Batch normalizations of a graph become part of the nodes before them.
public sealed partial class OnnxGraph
{
    /// <summary>Makes batch normalizations part of the convolution or linear layer before them, where nothing else reads that: the results stay what
    /// they are in evaluation mode, with less to compute. The network's state then has no place for them any more.
    /// <see cref="Folding.Fold(Module)"/> does it to a graph in its place in a network, and says what became of each.</summary>
    /// <returns>The folded graph, with weights of its own, and how many normalizations it has fewer.</returns>
    public (OnnxGraph Graph, int Folded) Fold()
    {
        var copy = Whole();
        foreach (var (name, tensor) in stored)
            copy.Initializers[name] = tensor is Parameter { Frozen: var frozen } ? new Parameter(tensor) { Frozen = frozen } : tensor;
        int folded = GraphFolding.Fold(copy).Folded.Count;
        return (new OnnxGraph(copy), folded);
    }

    FoldingReport IFoldsItself.Fold()
    {
        var folded = Whole();
        var report = GraphFolding.Fold(folded, Varies);
        if (report.Folded.Count == 0)
            return report;
        var before = norms.ToDictionary();
        graph = folded;
        stored.Clear();
        norms.Clear();
        ForgetParts();
        TakeStored();
        foreach (var (output, norm) in norms)
            norm.Resemble(before[output]);
        return report;
    }

    string? Varies(OnnxNode norm) => Training && norms.GetValueOrDefault(norm.Outputs[0]) is not { StatisticsFrozen: true }
        ? "It is in training mode, where it normalizes with the statistics of each batch. Call Eval() on the network first." : null;
}
