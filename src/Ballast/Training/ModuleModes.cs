namespace Ballast;

/// <summary>Which parts of a network are in training mode, to be put back: a normalization that its owner has frozen in
/// evaluation mode stays so.</summary>
readonly struct ModuleModes
{
    readonly (Module Module, bool Training)[] modes;

    /// <summary>Remembers the mode of each part.</summary>
    public ModuleModes(Module model) =>
        modes = [.. model.NamedModules().Select(static entry => (entry.Module, entry.Module.Training))];

    /// <summary>Puts each part back into its mode.</summary>
    public void Restore()
    {
        // Whole before parts: setting a module's mode sets that of all its parts.
        foreach (var (module, training) in modes)
            module.Train(training);
    }
}
