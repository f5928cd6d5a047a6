namespace Ballast.Lab;

/// <summary>Looks for one thing that goes wrong. Each check is a class in a file of its own and a line in
/// <see cref="DoctorChecks"/>.</summary>
abstract class DoctorCheck
{
    /// <summary>Its name, which findings carry and under which the documentation has it.</summary>
    public abstract string Name { get; }

    /// <summary>Where to read on.</summary>
    public abstract string Reference { get; }

    /// <summary>Whether there is nothing to look for in a network without batch normalization.</summary>
    public virtual bool NeedsNorms => true;

    /// <summary>What is missing to make it; null where nothing is.</summary>
    public virtual string? Missing(Examination examination) => null;

    /// <summary>Makes it.</summary>
    public abstract IEnumerable<Finding> Find(Examination examination);

    protected const string NeedsBatches = "It needs training data to run the network on.";

    protected const string NeedsLoss = "It needs a loss of the network's outputs.";

    protected const string NeedsTrained = "It needs a trained network.";

    /// <summary>Makes a finding. Evidence that is not a number was not to be had and is left out.</summary>
    protected Finding Found(
        Severity severity, Confidence confidence, string layer, string message, string remedy,
        params ReadOnlySpan<(string Name, double Value)> evidence)
    {
        var numbers = new Dictionary<string, double>();
        foreach (var (name, value) in evidence)
        {
            if (!double.IsNaN(value))
                numbers.Add(name, value);
        }

        return new Finding(Name, severity, confidence, layer, message, numbers, remedy, Reference);
    }

    /// <summary><c>layers.2, layers.5 and 3 more</c>.</summary>
    protected static string List(IReadOnlyList<string> names)
    {
        const int Shown = 4;
        return names.Count <= Shown ? string.Join(", ", names) : $"{string.Join(", ", names.Take(Shown))} and {names.Count - Shown} more";
    }
}
