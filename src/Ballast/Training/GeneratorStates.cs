namespace Ballast;

/// <summary>The generators that a pass over data may draw from, to be put back: the default one, the loader's, and those of
/// the network's own.</summary>
readonly struct GeneratorStates
{
    readonly (Generator Generator, byte[] State)[] states;

    /// <summary>Remembers the state of each.</summary>
    public GeneratorStates(Module model, Generator? loader)
    {
        IEnumerable<Generator?> all = [Generator.Default, loader, .. model.NamedGenerators().Select(static entry => entry.Generator)];
        states = [.. all.OfType<Generator>().Distinct().Select(static generator => (generator, generator.GetState()))];
    }

    /// <summary>Puts each generator back into its state.</summary>
    public void Restore()
    {
        foreach (var (generator, state) in states)
            generator.SetState(state);
    }
}
