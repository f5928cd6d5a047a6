namespace Ballast;

/// <summary>A node that a backend computed and whose gradient it computes too.</summary>
sealed class BackendOperation : ManyOperation
{
    readonly Node node;
    readonly Backend backend;
    GradientRule? rule;

    BackendOperation(Node node, Backend backend, GradientRule rule) : base(node.Inputs!) =>
        (this.node, this.backend, this.rule) = (node, backend, rule);

    /// <summary>The results as tensors. Floats, which come first, remember the node.</summary>
    public static Tensor[] Produce(Node node, GradientRule rule, ReadOnlySpan<(Shape Shape, BackendValues Values)> outputs)
    {
        int floats = 0;
        while (floats < outputs.Length && outputs[floats].Values.Type.IsFloat())
            floats++;
        var shapes = new Shape[floats];
        var values = new Values[floats];
        for (int i = 0; i < floats; i++)
            (shapes[i], values[i]) = (outputs[i].Shape, new Values(outputs[i].Values));
        var results = new Tensor[outputs.Length];
        new BackendOperation(node, outputs[0].Values.Owner, rule).Produce(shapes, values).CopyTo(results, 0);
        for (int i = floats; i < results.Length; i++)
            results[i] = new Tensor(outputs[i].Shape, new Values(outputs[i].Values));
        return results;
    }

    /// <summary>The backend's rule, for the gradients of all results.</summary>
    public override void RunBackward()
    {
        var gradients = new Tensor?[Outputs];
        bool any = false;
        for (int i = 0; i < gradients.Length; i++)
        {
            var taken = Gradient(i).Take();
            any |= !taken.IsEmpty;
            gradients[i] = taken.IsEmpty ? null : new Tensor(OutputAt(i).Shape, taken);
        }

        if (!any)
            return;
        using var scope = Backend.Use(backend);
        var given = rule!(gradients);
        for (int i = 0; i < given.Length; i++)
        {
            if (given[i] is not { } gradient)
                continue;
            if (Input(i) is { RequiresGrad: true } input)
                Give(input, new Values(gradient));
            else
                gradient.Release();
        }

        foreach (var gradient in gradients)
            gradient?.ReleaseValues();
    }

    /// <inheritdoc/>
    protected override void ReleaseSaved() => rule = null;

    /// <inheritdoc/>
    public override string ToString() => node.ToString();
}
