namespace Ballast;

/// <summary>A part of a network: its parameters, its state, its parts, and how it turns an input into an output. Derive from
/// it, register what it is made of in the constructor, and write <see cref="Forward(Tensor)"/>. PyTorch: <c>nn.Module</c>.</summary>
/// <remarks>Registration is explicit: nothing is looked up by reflection, so a network can be trimmed and compiled ahead of
/// time. Names become the keys of <see cref="StateDict"/>, joined by dots as PyTorch joins them.</remarks>
public abstract partial class Module
{
    readonly List<(string Name, Module Value)> modules = [];
    List<(string Name, Parameter Value)> parameters = [];
    readonly List<(string Name, StateSlot Value)> buffers = [];
    readonly List<(string Name, Generator Value)> generators = [];

    bool training = true;

    /// <summary>Whether the module is in training mode, as it is at first: batch normalization then normalizes with the
    /// statistics of the batch. On a thread that runs an <see cref="Evaluation"/> or <see cref="Prediction"/> every module is
    /// in evaluation mode; on others it stays in its own.</summary>
    public bool Training => ModeScope.Training ?? training;

    /// <summary>The direct parts, in the order of their registration.</summary>
    public IEnumerable<(string Name, Module Module)> Children =>
        modules.SelectMany(static part => part.Name.Length == 0 ? part.Value.Children : [part]);

    /// <summary>The output for an input, as the module computes it: what a class of one's own overrides. Calls go through
    /// <see cref="Forward(Tensor, ModuleCall)"/>.</summary>
    public abstract Tensor Forward(Tensor input);

    /// <summary>Switches this module and all its parts to training mode, or back with <c>false</c>.</summary>
    public void Train(bool training = true)
    {
        this.training = training;
        foreach (var (_, module) in modules)
            module.Train(training);
    }

    /// <summary>The mode that <see cref="Train"/> left, whatever the thread's is.</summary>
    internal bool OwnMode => training;

    /// <summary>Switches this module and all its parts to evaluation mode: batch normalization then uses the statistics it
    /// gathered in training.</summary>
    public void Eval() => Train(false);

    /// <summary>This module and all its parts, by their dotted names; this one's is empty.</summary>
    public IEnumerable<(string Name, Module Module)> NamedModules(string prefix = "")
    {
        yield return (prefix, this);
        foreach (var (name, module) in Children)
        {
            foreach (var inner in module.NamedModules(Join(prefix, name)))
                yield return inner;
        }
    }

    /// <summary>All parameters, this module's own before its parts'.</summary>
    public IEnumerable<Parameter> Parameters() => NamedParameters().Select(static entry => entry.Parameter);

    /// <summary>All parameters by their dotted names, this module's own before its parts'. One that is registered in several
    /// places is listed at the first.</summary>
    public IEnumerable<(string Name, Parameter Parameter)> NamedParameters()
    {
        var met = new HashSet<Parameter>();
        foreach (var (path, module) in NamedModules())
        {
            module.RequireParts();
            foreach (var (name, parameter) in module.parameters)
            {
                if (met.Add(parameter))
                    yield return (Join(path, name), parameter);
            }
        }
    }

    /// <summary>Forgets the gradients of all parameters.</summary>
    public void ZeroGrad()
    {
        RequireParts();
        foreach (var (_, parameter) in parameters)
            parameter.ZeroGrad();
        foreach (var (_, module) in modules)
            module.ZeroGrad();
    }

    /// <summary>Makes <paramref name="module"/> a part of this one under a name, and returns it.</summary>
    /// <exception cref="ArgumentException">The name is empty, has a dot, or is taken.</exception>
    protected T Register<T>(string name, T module)
        where T : Module
    {
        CheckName(name);
        modules.Add((name, module));
        module.Train(OwnMode);
        return module;
    }

    /// <summary>Makes modules parts of this one, each under its own name, and returns them as the chain in which they run,
    /// each given the output of the one before.</summary>
    /// <remarks>The parts are named as if each had been registered alone: the chain itself has no name and leaves no trace in
    /// the state's keys. <see cref="Folding"/> goes by its order.</remarks>
    /// <exception cref="ArgumentException">A name is empty, has a dot, or is taken.</exception>
    protected Sequential RegisterChain(params ReadOnlySpan<(string Name, Module Module)> parts)
    {
        foreach (var (name, _) in parts)
            CheckName(name);
        var chain = Sequential.Named(parts);
        modules.Add(("", chain));
        chain.Train(OwnMode);
        return chain;
    }

    /// <summary>Makes the parameters and the state of a module this one's own, under their names: it stands behind this one, which had none,
    /// and has no name.</summary>
    private protected Module Become(Module module)
    {
        modules.Add(("", module));
        parameters = module.parameters;
        buffers.AddRange(module.buffers);
        module.Train(OwnMode);
        return module;
    }

    /// <summary>Refuses to tell of parameters that are not there yet.</summary>
    private protected virtual void RequireParts()
    {
    }

    /// <summary>The direct parts, with a chain as one of them: its name is empty.</summary>
    internal IReadOnlyList<(string Name, Module Value)> Parts => modules;

    /// <summary>Has no parts, parameters and state any more, until others are registered.</summary>
    internal void ForgetParts()
    {
        modules.Clear();
        parameters = [];
        buffers.Clear();
    }

    /// <summary>Puts another module in the place of a direct part.</summary>
    internal void Replace(int index, Module module)
    {
        modules[index] = (modules[index].Name, module);
        module.Train(OwnMode);
    }

    /// <summary>Makes <paramref name="parameter"/> a parameter of this module under a name, and returns it.</summary>
    /// <exception cref="ArgumentException">The name is empty, has a dot, or is taken.</exception>
    protected Parameter Register(string name, Parameter parameter)
    {
        CheckName(name);
        parameters.Add((name, parameter));
        return parameter;
    }

    /// <summary>Puts a parameter of another module in the place of one of this module's: both learn as one.</summary>
    private protected Parameter Share(string name, Parameter parameter)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        int place = parameters.FindIndex(part => part.Name == name);
        var own = parameters[place].Value.Shape;
        Throw.Unless(parameter.Shape == own, $"{this}: expected a {name} {own} to share, got {parameter.Shape}.");
        parameters[place] = (name, parameter);
        return parameter;
    }

    /// <summary>Makes a tensor, of any element type, a part of this module's state that is saved but not learned, and returns it.
    /// PyTorch: <c>register_buffer</c>.</summary>
    /// <exception cref="ArgumentException">The name is empty, has a dot, or is taken.</exception>
    protected Tensor RegisterBuffer(string name, Tensor tensor)
    {
        CheckName(name);
        buffers.Add((name, new TensorSlot(tensor)));
        return tensor;
    }

    /// <summary>Tells of a generator of this module's own, from which training draws, and returns it: a <see cref="Checkpoint"/> keeps its
    /// state, and what is to change nothing (<see cref="Trainer.Rehearse"/>) puts it back. It is no part of
    /// <see cref="StateDict"/>.</summary>
    /// <exception cref="ArgumentException">The name is empty, has a dot, or is taken.</exception>
    protected Generator Register(string name, Generator generator)
    {
        CheckName(name);
        generators.Add((name, generator));
        return generator;
    }

    /// <summary>The generators of this module and its parts by their dotted names, each listed at its first place.</summary>
    internal IEnumerable<(string Name, Generator Generator)> NamedGenerators()
    {
        var met = new HashSet<Generator>();
        foreach (var (path, module) in NamedModules())
        {
            foreach (var (name, generator) in module.generators)
            {
                if (met.Add(generator))
                    yield return (Join(path, name), generator);
            }
        }
    }

    /// <summary>Makes a whole number a part of this module's state, such as <c>num_batches_tracked</c>: an int64 tensor without
    /// axes, as PyTorch has it.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="read">Gives the number.</param>
    /// <param name="write">Takes the number of a state that is loaded; 0 where the state has none.</param>
    /// <exception cref="ArgumentException">The name is empty, has a dot, or is taken.</exception>
    protected void RegisterCounter(string name, Func<long> read, Action<long> write)
    {
        CheckName(name);
        buffers.Add((name, new CounterSlot(read, write)));
    }

    private protected void RegisterIgnored(string name)
    {
        CheckName(name);
        buffers.Add((name, new IgnoredSlot()));
    }

    void CheckName(string name)
    {
        Throw.Unless(name.Length > 0 && !name.Contains('.', StringComparison.Ordinal),
            $"{GetType().Name}: a part's name is one word without dots, got \"{name}\".");
        Throw.Unless(
            Children.All(part => part.Name != name) && parameters.TrueForAll(part => part.Name != name)
                && buffers.TrueForAll(part => part.Name != name) && generators.TrueForAll(part => part.Name != name),
            $"{GetType().Name}: the name \"{name}\" is registered already.");
    }

    internal static string Join(string prefix, string name) => prefix.Length == 0 ? name : $"{prefix}.{name}";
}
