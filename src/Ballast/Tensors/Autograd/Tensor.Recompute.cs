namespace Ballast;

// A part of a computation that is computed once more in the backward pass.
public partial class Tensor
{
    /// <summary>Lets go of everything that results were computed from, and was recorded, but for the results' own values.</summary>
    /// <param name="results">The results.</param>
    /// <param name="start">The number of the last operation before the first of this part.</param>
    /// <exception cref="InvalidOperationException">Something else that learns is behind the results; nothing has been let go of.</exception>
    internal static void Discard(ReadOnlySpan<Tensor> results, int start)
    {
        foreach (var operation in Behind(results, start))
        {
            if (operation.IsLeaf)
                continue;
            for (int i = 0; i < operation.Outputs; i++)
            {
                if (operation.OutputAt(i) is { Length: > 1 } output && !results.Contains(output))
                    output.ReleaseValues();
            }

            operation.Release();
        }
    }

    /// <summary>A backward pass within a rule of another: from results to the parameters and leaves that they were computed from.</summary>
    /// <param name="results">The results.</param>
    /// <param name="gradients">The gradient of each, taken over; one may be empty.</param>
    /// <param name="start">The number of the last operation before the first of this part.</param>
    /// <exception cref="InvalidOperationException">Something else that learns is behind the results.</exception>
    internal static void BackwardWithin(ReadOnlySpan<Tensor> results, ReadOnlySpan<Values> gradients, int start)
    {
        var outer = (walk, kept, passed, retaining, walking);
        (walk, kept, passed, retaining, walking) = ([], [], [], false, true);
        List<Operation> operations = [];
        try
        {
            operations = Behind(results, start);
            for (int i = 0; i < results.Length; i++)
            {
                if (gradients[i].IsEmpty)
                    continue;
                if (results[i].Producer is { } producer)
                    producer.Gradient(results[i].OutputIndex).Add(gradients[i], results[i].Length);
                else
                    gradients[i].Release();
            }

            foreach (var operation in operations)
            {
                operation.RunBackward();
                ThreadMemory.EndOperation();
                if (operation.IsLeaf)
                    continue;
                for (int i = 0; i < operation.Outputs; i++)
                {
                    // What was computed once more nobody else has seen.
                    if (operation.OutputAt(i) is { Length: > 1 } output)
                        output.ReleaseValues();
                }

                operation.Release();
            }

            foreach (var tensor in passed)
                tensor.ReleaseValues();
        }
        finally
        {
            Forget(operations);
            (walk, kept, passed, retaining, walking) = outer;
        }
    }

    // All operations behind results, later ones first; none of them may be older than the start.
    static List<Operation> Behind(ReadOnlySpan<Tensor> results, int start)
    {
        List<Operation> found = [];
        foreach (var result in results)
            Visit(result.Producer, found);
        for (int i = 0; i < found.Count; i++)
        {
            for (int input = 0; input < found[i].Inputs; input++)
                Visit(found[i].Input(input)?.Producer, found);
        }

        bool isOlder = false;
        foreach (var operation in found)
        {
            operation.Visited = false;
            isOlder |= !operation.IsLeaf && operation.Order - start < 0;
        }

        if (isOlder)
        {
            Throw.InvalidOperation(
                "Recomputation: the part reads a tensor that was computed outside of it and learns. Give it as one of the part's inputs, "
                    + "or take its Detach().");
        }

        found.Sort(static (a, b) => b.Order - a.Order);
        return found;
    }

    /// <summary>Records operations on this thread, whatever was asked for before, until the scope is disposed of.</summary>
    internal static NoGradScope Record()
    {
        var scope = new NoGradScope(!Recording);
        Ballast.Recording.IsOn = true;
        return scope;
    }
}
