namespace Ballast.Lab;

/// <summary>Puts each part of a network back into the mode it was in.</summary>
sealed class KeptModes(Module model) : IDisposable
{
    readonly (Module Module, bool Training)[] modes = [.. model.NamedModules().Select(static entry => (entry.Module, entry.Module.Training))];

    public void Dispose()
    {
        // Whole before parts: setting a module's mode sets that of all its parts.
        foreach (var (module, training) in modes)
            module.Train(training);
    }
}
