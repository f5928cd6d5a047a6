namespace Ballast.StrangerTests;

/// <summary>The learning rate times a factor after some epochs whose validation loss was no better. PyTorch:
/// <c>ReduceLROnPlateau</c>.</summary>
sealed class PlateauSchedule(double factor = 0.1, int patience = 10) : LearningRateSchedule
{
    double best = double.PositiveInfinity, scale = 1;
    int waited;

    public override double Factor(long step) => scale;

    public override void AfterValidation(double loss, double accuracy)
    {
        if (loss < best)
        {
            (best, waited) = (loss, 0);
            return;
        }

        if (++waited <= patience)
            return;
        scale *= factor;
        waited = 0;
    }

    public override IReadOnlyDictionary<string, double> SaveState() =>
        new Dictionary<string, double> { ["best"] = best, ["scale"] = scale, ["waited"] = waited };

    public override void LoadState(IReadOnlyDictionary<string, double> state) =>
        (best, scale, waited) = (state["best"], state["scale"], (int)state["waited"]);
}
