namespace Ballast;

/// <summary>Whether gradients are recorded on a thread: it decides how long memory is needed.</summary>
static class Recording
{
    [ThreadStatic] static bool off;

    /// <summary>Whether operations on this thread remember how to go back.</summary>
    public static bool IsOn
    {
        get => !off;
        set => off = !value;
    }
}
