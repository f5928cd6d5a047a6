namespace Ballast.Lab;

/// <summary>The checks that the <see cref="Doctor"/> makes. A new one is a class and a line here.</summary>
static class DoctorChecks
{
    public static IReadOnlyList<DoctorCheck> All { get; } =
    [
        new NonFiniteCheck(),
        new ForgottenEvalCheck(),
        new TrainingModeCheck(),
        new BatchMatesCheck(),
        new EvalGapCheck(),
        new UnconvergedStatisticsCheck(),
        new StaleAverageCheck(),
        new ReversedMomentumCheck(),
        new FrozenNormCheck(),
        new LastBatchCheck(),
        new AccumulationCheck(),
        new DroppedInputCheck(),
        new TwoSourcesCheck(),
        new PaddingCheck(),
        new DeadChannelsCheck(),
        new CancellationCheck(),
        new BiasedVarianceCheck(),
        new MissingCountCheck(),
        new DecayedNormCheck(),
        new RedundantBiasCheck(),
    ];
}
