namespace Ballast;

public partial class Tensor
{
    static readonly Buffer One = Buffer.Single(1);

    [ThreadStatic] static List<Operation>? walk;
    [ThreadStatic] static List<Tensor>? passed;
    [ThreadStatic] static bool retaining;
    [ThreadStatic] static bool walking;

    /// <summary>Whether operations on this thread remember how to go back.</summary>
    internal static bool Recording => Ballast.Recording.IsOn;

    /// <summary>Until it is disposed of, operations on this thread remember nothing to go back by:
    /// <c>using var _ = Tensor.NoGrad();</c>. PyTorch: <c>torch.no_grad()</c>.</summary>
    public static NoGradScope NoGrad()
    {
        var scope = new NoGradScope(!Recording);
        Ballast.Recording.IsOn = false;
        return scope;
    }

    internal static void EndNoGrad(bool before) => Ballast.Recording.IsOn = !before;

    /// <summary>Adds to the gradient of every parameter that this single value was computed from.</summary>
    /// <exception cref="InvalidOperationException">More than one value, no parameter behind it, or a backward pass has already
    /// run through it.</exception>
    public void Backward() => Backward(retainGraph: false);

    /// <inheritdoc cref="Backward()"/>
    /// <param name="retainGraph">Keep everything, so that a backward pass can run through it once more.</param>
    public void Backward(bool retainGraph)
    {
        if (Length != 1)
            Throw.InvalidOperation(
                $"Backward: expected a single value, got {Shape}. Reduce it to a loss, or pass the gradient to start from.");
        Backward(new Values(One.Hold()), retainGraph);
    }

    /// <summary>Adds to the gradient of every parameter that this tensor was computed from, starting from
    /// <paramref name="gradient"/>, of this tensor's shape.</summary>
    /// <param name="gradient">The gradient of some loss with respect to this tensor.</param>
    /// <param name="retainGraph">Keep everything, so that a backward pass can run through it once more.</param>
    /// <exception cref="ArgumentException">A gradient of another shape.</exception>
    /// <exception cref="InvalidOperationException">No parameter behind it, or a backward pass has already run through it.
    /// </exception>
    public void Backward(Tensor gradient, bool retainGraph = false)
    {
        Throw.Unless(gradient.Shape == Shape,
            $"Backward: expected a gradient of the shape {Shape}, got {gradient.Shape}.");
        Backward(gradient.Values.Hold(), retainGraph);
    }

    void Backward(Values gradient, bool retainGraph)
    {
        if (Producer is null)
        {
            gradient.Release();
            Throw.InvalidOperation(
                "Backward: no parameter that learns is behind this tensor. It was computed under NoGrad, detached, or from data alone.");
        }

        if (Producer.Released)
        {
            gradient.Release();
            Throw.InvalidOperation(
                "Backward: a backward pass has already run through this tensor. Compute it again, or pass retainGraph: true the first time.");
        }

        if (walking)
        {
            gradient.Release();
            Throw.InvalidOperation("Backward: a backward pass is running. A function's own Backward computes gradients from what it saved.");
        }

        ReleaseKept();
        retaining = retainGraph;
        var operations = Collect(Producer);
        Producer.Gradient(OutputIndex).Add(gradient, Length);
        if (!retainGraph)
            KeepWhatIsRead(Producer);
        walking = true;
        try
        {
            foreach (var operation in operations)
            {
                operation.RunBackward();
                ThreadMemory.EndOperation();
                if (!retainGraph && !operation.IsLeaf)
                    Finish(operation);
            }
        }
        finally
        {
            walking = false;
            Forget(operations);
        }

        foreach (var tensor in passed!)
            tensor.ReleaseValues();
        passed.Clear();
    }

    // Where a rule has thrown, gradients are left that a later pass must not find.
    static void Forget(List<Operation> operations)
    {
        foreach (var operation in operations)
        {
            for (int i = 0; i < Math.Max(1, operation.Outputs); i++)
                operation.Gradient(i).Take().Release();
        }

        operations.Clear();
    }

    static void Finish(Operation operation)
    {
        for (int i = 0; i < operation.Inputs; i++)
            FinishInput(operation.Input(i));
        for (int i = 0; i < operation.Outputs; i++)
            FinishOutput(operation.OutputAt(i));
        operation.Release();
    }

    // Results of one value are never taken back: a loss costs nothing to keep for good.
    static void FinishOutput(Tensor output)
    {
        if (output.Length <= 1 || output.Producer is null)
            return;
        if (output.IsKept)
            kept!.Add(output);
        else
            output.ReleaseValues();
    }

    /// <summary>Hands back the values of a result between the loss and its inputs, which the pass in progress has no more use
    /// for.</summary>
    internal static void ReleaseEarly(Tensor result)
    {
        if (!retaining && result.Length > 1 && !result.IsKept)
            result.ReleaseValues();
    }

    static void FinishInput(Tensor? input)
    {
        if (input is null or Parameter or { Producer: not null })
            return;
        input.Consumed = true;
        if (input.Passing)
            passed!.Add(input);
    }

    // All operations behind the given one, later ones first.
    static List<Operation> Collect(Operation last)
    {
        var found = walk ??= [];
        found.Clear();
        Visit(last, found);
        for (int i = 0; i < found.Count; i++)
        {
            var operation = found[i];
            for (int input = 0; input < operation.Inputs; input++)
                Visit(operation.Input(input)?.Producer, found);
        }

        foreach (var operation in found)
            operation.Visited = false;
        found.Sort(static (a, b) => b.Order - a.Order); // by difference: the numbers may wrap around
        return found;
    }

    static void Visit(Operation? operation, List<Operation> found)
    {
        if (operation is null || operation.Visited)
            return;
        if (operation.Released)
        {
            found.ForEach(static met => met.Visited = false);
            Throw.InvalidOperation(
                "Backward: a part of this computation was already released by another backward pass. Pass retainGraph: true to the first one.");
        }

        operation.Visited = true;
        found.Add(operation);
    }
}

/// <summary>Ends when it is disposed of; see <see cref="Tensor.NoGrad"/>.</summary>
public readonly ref struct NoGradScope
{
    readonly bool before;

    internal NoGradScope(bool before) => this.before = before;

    /// <summary>Gradients are recorded again, if they were before.</summary>
    public void Dispose() => Tensor.EndNoGrad(before);
}
