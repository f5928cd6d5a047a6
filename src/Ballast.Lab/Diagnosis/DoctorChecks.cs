namespace Ballast.Lab;

/// <summary>The checks that the <see cref="Doctor"/> makes, causes before what follows from them. A new one is a class and a line here.</summary>
static class DoctorChecks
{
    public static IReadOnlyList<DoctorCheck> All { get; } =
    [
        new NonFiniteCheck(),
        new DataOrderCheck(),
        new TestInTrainingCheck(),
        new ConflictingLabelsCheck(),
        new LeakingColumnCheck(),
        new TestScaleCheck(),
        new LearningRateCheck(),
        new InputScaleCheck(),
        new DeadUnitsCheck(),
        new SaturatedUnitsCheck(),
        new GradientScaleCheck(),
        new TestShiftCheck(),
        new SuspiciousLabelsCheck(),
        new ClassImbalanceCheck(),
        new ConstantColumnsCheck(),
        new SurplusOutputsCheck(),
        new DoubledNormCheck(),
        new FinalNormCheck(),
        new SharedLayerCheck(),
        new ForgottenEvalCheck(),
        new TrainingModeCheck(),
        new BatchMatesCheck(),
        new EvalGapCheck(),
        new UnconvergedStatisticsCheck(),
        new StaleAverageCheck(),
        new ReversedMomentumCheck(),
        new FrozenNormCheck(),
        new HeldStatisticsCheck(),
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
        new AtChanceCheck(),
    ];

    /// <summary>Whether a layer normalizes.</summary>
    public static bool IsNormalization(Module module) => module is BatchNorm or FrozenBatchNorm or LayerNorm or GroupNorm or RMSNorm or InstanceNorm
        or FilterResponseNorm or LocalResponseNorm or EvoNormB0 or EvoNormS0;
}
