using System.Globalization;

namespace Ballast;

/// <summary>A schedule that is made of others, which it tells of validations and whose states it keeps as <c>0.best</c>, <c>1.best</c>, ...
/// </summary>
public abstract class CompositeSchedule : LearningRateSchedule
{
    readonly LearningRateSchedule[] parts;

    private protected CompositeSchedule(string name, IReadOnlyList<LearningRateSchedule> parts)
    {
        Throw.Unless(parts.Count > 0, $"{name}: expected at least one schedule, got none.");
        this.parts = [.. parts];
    }

    /// <summary>The schedules.</summary>
    public IReadOnlyList<LearningRateSchedule> Parts => parts;

    /// <inheritdoc/>
    public override void AfterValidation(double loss, double accuracy)
    {
        foreach (var part in parts)
            part.AfterValidation(loss, accuracy);
    }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, double> SaveState() => parts
        .SelectMany(static (part, i) => part.SaveState().Select(entry => (Name: Prefix(i) + entry.Key, entry.Value)))
        .ToDictionary(static entry => entry.Name, static entry => entry.Value);

    /// <inheritdoc/>
    public override void LoadState(IReadOnlyDictionary<string, double> state)
    {
        for (int i = 0; i < parts.Length; i++)
        {
            var own = state.Where(entry => entry.Key.StartsWith(Prefix(i), StringComparison.Ordinal))
                .ToDictionary(entry => entry.Key[Prefix(i).Length..], static entry => entry.Value);
            if (own.Count > 0)
                parts[i].LoadState(own);
        }
    }

    static string Prefix(int part) => string.Create(CultureInfo.InvariantCulture, $"{part}.");
}
