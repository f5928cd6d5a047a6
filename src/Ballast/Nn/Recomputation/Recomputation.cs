namespace Ballast;

/// <summary>Parts of a network of which the forward pass keeps nothing but the inputs: the backward pass computes them once more. A network
/// trains so in less memory, for about a third more time, with the same bits. PyTorch: <c>torch.utils.checkpoint</c>.</summary>
/// <remarks>
/// <para>The second time the part finds what it found the first time: draws from <see cref="Generator.Default"/> and the module's own
/// generators are repeated, and running statistics are those of before. Neither moves twice.</para>
/// <para>A part reads what it learns from as its inputs or its parameters; a tensor with a history that it reads otherwise is refused. A
/// <see cref="Probe"/> sees it twice.</para>
/// </remarks>
public static class Recomputation
{
    /// <summary>The output of a module, of which only the input is kept.</summary>
    /// <param name="module">The part.</param>
    /// <param name="input">Its input.</param>
    /// <param name="preserveRngState">Whether draws are repeated. PyTorch: <c>preserve_rng_state</c>.</param>
    public static Tensor Checkpoint(Module module, Tensor input, bool preserveRngState = true) => Run(
        inputs => [module.Forward(inputs[0])], [input],
        preserveRngState ? [Generator.Default, .. module.NamedGenerators().Select(static entry => entry.Generator)] : [])[0];

    /// <summary>The result of a function, of which only the input is kept.</summary>
    /// <param name="function">The part, which draws from <see cref="Generator.Default"/> alone.</param>
    /// <param name="input">Its input.</param>
    /// <param name="preserveRngState">Whether draws are repeated.</param>
    public static Tensor Checkpoint(Func<Tensor, Tensor> function, Tensor input, bool preserveRngState = true) =>
        Run(inputs => [function(inputs[0])], [input], preserveRngState ? [Generator.Default] : [])[0];

    /// <summary>The results of a function of several tensors, of which only those are kept.</summary>
    /// <param name="function">The part, which draws from <see cref="Generator.Default"/> alone.</param>
    /// <param name="inputs">Its inputs.</param>
    public static Tensor[] Checkpoint(Func<Tensor[], Tensor[]> function, params ReadOnlySpan<Tensor> inputs) =>
        Run(function, inputs.ToArray(), [Generator.Default]);

    /// <summary>The output of a chain in so many parts of about equal length, of which only the inputs are kept; the last part is kept whole.
    /// PyTorch: <c>checkpoint_sequential</c>.</summary>
    /// <param name="functions">The chain.</param>
    /// <param name="segments">How many parts.</param>
    /// <param name="input">The chain's input.</param>
    /// <exception cref="ArgumentException">Fewer parts than 1, or more than the chain has modules.</exception>
    public static Tensor CheckpointSequential(Sequential functions, int segments, Tensor input)
    {
        Throw.Unless(segments >= 1 && segments <= Math.Max(1, functions.Count),
            $"Recomputation.CheckpointSequential: expected 1 to {functions.Count} parts of {functions.Count} modules, got {segments}.");
        int size = functions.Count / segments, last = size * (segments - 1);
        for (int start = 0; start < last; start += size)
        {
            Module[] part = [.. functions.Skip(start).Take(size)];
            Generator[] own = [.. part.SelectMany(static module => module.NamedGenerators()).Select(static entry => entry.Generator)];
            input = Run(inputs => [Chain(part, inputs[0])], [input], [Generator.Default, .. own])[0];
        }

        return Chain(functions.Skip(last), input);
    }

    static Tensor Chain(IEnumerable<Module> modules, Tensor input) => modules.Aggregate(input, static (x, module) => module.Forward(x));

    static Tensor[] Run(Func<Tensor[], Tensor[]> function, Tensor[] inputs, Generator[] generators)
    {
        if (!Tensor.Recording)
            return function(inputs);
        byte[][] before = Array.ConvertAll(generators, static generator => generator.GetState());
        var journal = StatisticsJournal.Begin();
        try
        {
            return RecomputeOperation.Run(
                function, again => journal.Again(() => WithStates(generators, before, () => function(again))), inputs);
        }
        finally
        {
            journal.Dispose();
        }
    }

    static Tensor[] WithStates(Generator[] generators, byte[][] states, Func<Tensor[]> action)
    {
        byte[][] now = Array.ConvertAll(generators, static generator => generator.GetState());
        Set(generators, states);
        try
        {
            return action();
        }
        finally
        {
            Set(generators, now);
        }
    }

    static void Set(Generator[] generators, byte[][] states)
    {
        for (int i = 0; i < generators.Length; i++)
            generators[i].SetState(states[i]);
    }
}
