namespace Ballast;

/// <summary>What schedules refuse.</summary>
static class ScheduleChecks
{
    /// <summary>Refuses a factor that is negative or not finite.</summary>
    public static void Factor(string name, string what, double factor) =>
        Throw.Unless(double.IsFinite(factor) && factor >= 0, $"{name}: expected {what} of 0 or more, got {factor}.");

    /// <summary>Refuses too few steps.</summary>
    public static void Steps(string name, long steps, long least = 1) =>
        Throw.Unless(steps >= least, $"{name}: expected at least {least} {(least == 1 ? "step" : "steps")}, got {steps}.");
}
