using System.Globalization;
using System.Text;

namespace Ballast;

/// <summary>How far <see cref="BatchRenorm"/> may correct a batch's statistics towards the running ones, by the step of training:
/// r stays between 1 / rmax and rmax, d between -dmax and dmax. First rmax is 1 and dmax 0, which is batch normalization; then both
/// grow evenly to what they stay at. A pure function of the step, which the layer counts in its state. Ioffe 2017, section 4.1.
/// </summary>
public sealed record RenormSchedule
{
    /// <summary>The largest rmax: 3.</summary>
    public double RMax { get; init; } = 3;

    /// <summary>The largest dmax: 5.</summary>
    public double DMax { get; init; } = 5;

    /// <summary>How many steps are plain batch normalization: 5,000.</summary>
    public long Start { get; init; } = 5000;

    /// <summary>The step at which rmax has grown to <see cref="RMax"/>: 40,000.</summary>
    public long RMaxReached { get; init; } = 40_000;

    /// <summary>The step at which dmax has grown to <see cref="DMax"/>: 25,000.</summary>
    public long DMaxReached { get; init; } = 25_000;

    /// <summary>The same limits from the first step on. Keras: <c>renorm_clipping</c> with constants.</summary>
    public static RenormSchedule Constant(double rMax, double dMax) =>
        new() { RMax = rMax, DMax = dMax, Start = 0, RMaxReached = 0, DMaxReached = 0 };

    /// <summary>Both limits at a step, counted from 0.</summary>
    public (double RMax, double DMax) At(long step) =>
        (1 + (RMax - 1) * Grown(step, RMaxReached), DMax * Grown(step, DMaxReached));

    double Grown(long step, long reached) =>
        step >= reached ? 1 : step <= Start ? 0 : (double)(step - Start) / (reached - Start);

    // Numbers as they are written everywhere, whatever the culture of the caller.
    bool PrintMembers(StringBuilder builder)
    {
        builder.Append(CultureInfo.InvariantCulture,
            $"RMax = {RMax}, DMax = {DMax}, Start = {Start}, RMaxReached = {RMaxReached}, DMaxReached = {DMaxReached}");
        return true;
    }

    internal void Check()
    {
        Throw.Unless(RMax >= 1 && double.IsFinite(RMax),
            $"RenormSchedule: expected an RMax of 1 or more, got {RMax}. r lies between 1 / RMax and RMax.");
        Throw.Unless(DMax >= 0 && double.IsFinite(DMax), $"RenormSchedule: expected a DMax of 0 or more, got {DMax}. d lies between -DMax and DMax.");
        Throw.Unless(Start >= 0 && RMaxReached >= Start && DMaxReached >= Start,
            $"RenormSchedule: expected 0 <= Start <= RMaxReached and DMaxReached, got {Start}, {RMaxReached} and {DMaxReached}.");
    }
}
