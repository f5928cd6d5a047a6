namespace Ballast.Lab;

/// <summary>Looks for what goes wrong with batch normalization: in the network and its settings, in its state, and in a short run on
/// the training data.</summary>
public static class Doctor
{
    /// <summary>Ballast's own checks, by their names.</summary>
    public static IReadOnlyList<string> CheckNames { get; } = [.. DoctorChecks.All.Select(static check => check.Name)];

    /// <summary>Examines a network. Its parameters, statistics, modes and the default generator are left as they were; gradients are
    /// forgotten where it is run on batches.</summary>
    /// <param name="model">The network, in the modes in which it is trained or used.</param>
    /// <param name="options">What else is known.</param>
    /// <exception cref="ArgumentException">Batches that the network cannot take, or two checks of one name.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static Diagnosis Examine(Module model, DoctorOptions? options = null) => Examine(model, options ?? new(), null);

    /// <summary>Watches a training of one's own until it is disposed of:
    /// <c>using var watch = Doctor.Watch(model); ...; var diagnosis = watch.Examine();</c>. What batches the network is given, in
    /// which modes, and how often the optimizer steps can be seen in this way only.</summary>
    public static DoctorWatch Watch(Module model, DoctorOptions? options = null) => new(model, options ?? new());

    internal static Diagnosis Examine(Module model, DoctorOptions options, Measurements? watched)
    {
        DoctorCheck[] checks = [.. DoctorChecks.All, .. options.Checks];
        if (checks.GroupBy(static check => check.Name).FirstOrDefault(static group => group.Count() > 1) is { } twice)
            throw new ArgumentException($"Doctor: there are two checks called \"{twice.Key}\". Findings go by the name: choose another one.");
        var examination = new Examination(model, options, watched);
        examination.Measure();
        List<Finding> findings = [];
        List<SkippedCheck> skipped = [];
        foreach (var check in checks)
        {
            if (check.NeedsNorms && examination.Norms.Count == 0 && !(check.LooksInside && examination.Inside.Count > 0))
                continue;
            if (check.Missing(examination) is { } reason)
                skipped.Add(new SkippedCheck(check.Name, reason));
            else
                findings.AddRange(check.Find(examination));
        }

        // A stable order: within a severity as the checks stand in their list.
        return new Diagnosis(
            [.. findings.OrderByDescending(static finding => finding.Severity)], skipped, examination.Norms.Count + examination.Inside.Count,
            examination.Measured?.Batches ?? 0);
    }
}
