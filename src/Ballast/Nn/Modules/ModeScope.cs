namespace Ballast;

/// <summary>A mode of the thread: until it is disposed of, every module that runs on this thread is in evaluation mode, or in
/// training mode, whatever its own mode is. Nothing of the modules is changed, so that several threads may use one network
/// at once.</summary>
readonly ref struct ModeScope
{
    [ThreadStatic] static bool? mode;

    readonly bool? before;

    ModeScope(bool training)
    {
        before = mode;
        mode = training;
    }

    /// <summary>The mode of the thread; null where each module is in its own.</summary>
    public static bool? Training => mode;

    /// <summary>Begins; <c>using var evaluating = ModeScope.Evaluate();</c>.</summary>
    public static ModeScope Evaluate() => new(training: false);

    /// <summary>Begins training or evaluation mode.</summary>
    public static ModeScope Begin(bool training) => new(training);

    /// <summary>The mode is again what it was before.</summary>
    public void Dispose() => mode = before;
}
