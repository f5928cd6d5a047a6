namespace Ballast;

/// <summary>Watches what flows through a network while it trains or evaluates as usual: <c>using var probe =
/// Probe.Attach(model).OnBatchNorm(...);</c>. PyTorch: <c>register_forward_hook</c>, for the parts of a network by their names.
/// </summary>
/// <remarks>
/// <para>Watching changes no result. Hooks run on the thread that runs the network, at once; what they are shown is good until
/// they return. Without a probe a layer costs one comparison more; a batch normalization knows its statistics anyway, so that
/// being shown them is nearly free.</para>
/// <para>What goes in and comes out is seen of every module, whoever calls its <c>Forward(x)</c>: a <see cref="Sequential"/> or a module
/// of one's own, whose methods with several inputs or results show them by <see cref="Module.Show"/>. Gradients are read from the
/// parameters after <see cref="Tensor.Backward()"/>: <see cref="Parameter.Grad"/>, or all of them by
/// <see cref="ParameterVector.CopyGradients"/>.</para>
/// </remarks>
public sealed class Probe : IDisposable
{
    readonly Module model;
    readonly List<Action> detach = [];

    Probe(Module model) => this.model = model;

    /// <summary>Makes a probe of a network, which watches nothing yet.</summary>
    public static Probe Attach(Module model) => new(model);

    /// <summary>Shows a hook what goes into a layer and what comes out, each time it runs.</summary>
    /// <param name="layer">The layer's dotted name, as <see cref="Module.NamedModules"/> has it: <c>layers.3</c>.</param>
    /// <param name="hook">What is to be done.</param>
    /// <exception cref="ArgumentException">There is no such layer.</exception>
    public Probe OnForward(string layer, ForwardHook hook)
    {
        var module = Find(layer);
        Action<Tensor, Tensor> one = (input, output) => hook(new ForwardPass(layer, module, [input], [output]));
        Action<Tensor[], Tensor[]> many = (inputs, outputs) => hook(new ForwardPass(layer, module, inputs, outputs));
        module.Forwarded += one;
        module.ForwardedMany += many;
        detach.Add(() =>
        {
            module.Forwarded -= one;
            module.ForwardedMany -= many;
        });
        return this;
    }

    /// <summary>Shows a hook the statistics that every batch normalization of the network normalizes with, each time one runs.
    /// </summary>
    public Probe OnBatchNorm(BatchNormHook hook)
    {
        var met = new HashSet<Module>();
        foreach (var (name, module) in model.NamedModules())
        {
            if (module is BatchNorm norm && met.Add(norm))
                Observe(name, norm, hook);
        }

        return this;
    }

    /// <summary>The same for one batch normalization.</summary>
    /// <param name="layer">Its dotted name: <c>layers.2</c>.</param>
    /// <param name="hook">What is to be done.</param>
    /// <exception cref="ArgumentException">There is no batch normalization of this name.</exception>
    public Probe OnBatchNorm(string layer, BatchNormHook hook)
    {
        var module = Find(layer);
        Throw.Unless(module is BatchNorm, $"Probe: {layer} is no batch normalization but {module.Title}.");
        Observe(layer, (BatchNorm)module, hook);
        return this;
    }

    /// <summary>Ends the watching.</summary>
    public void Dispose()
    {
        foreach (var action in detach)
            action();
        detach.Clear();
    }

    void Observe(string name, BatchNorm norm, BatchNormHook hook)
    {
        BatchNormObserver observer = (input, layout, statistics, ofBatch) =>
            hook(new BatchNormPass(name, norm, input, layout, statistics, ofBatch));
        norm.Normalizes += observer;
        detach.Add(() => norm.Normalizes -= observer);
    }

    Module Find(string layer)
    {
        foreach (var (name, module) in model.NamedModules())
        {
            if (name == layer)
                return module;
        }

        string[] names = [.. model.NamedModules().Select(static entry => entry.Name).Where(static name => name.Length > 0)];
        Throw.Argument($"Probe: there is no layer \"{layer}\" in {model.Title}. There are {string.Join(", ", names)}.");
        return null!;
    }
}

/// <summary>Is shown what goes into a layer and what comes out.</summary>
public delegate void ForwardHook(ForwardPass pass);

/// <summary>Is shown the statistics that a batch normalization normalizes with.</summary>
public delegate void BatchNormHook(BatchNormPass pass);
