namespace Ballast.Lab;

/// <summary>The recipes that there are.</summary>
public static class Recipes
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<Recipe> All { get; } = [new AirBenchRecipe()];

    /// <summary>The recipe of a name.</summary>
    /// <exception cref="ArgumentException">There is none; the message suggests the nearest.</exception>
    public static Recipe Find(string name) =>
        All.FirstOrDefault(known => known.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
        ?? throw new ArgumentException(
            $"There is no recipe \"{name}\". {Suggestion.Of(name, All.Select(static known => known.Name))}");

    /// <summary>The recipe that settings were made by; null for none.</summary>
    /// <exception cref="ArgumentException">They name one that does not exist.</exception>
    internal static Recipe? Of(RunSettings settings) => settings.Recipe is null ? null : Find(settings.Recipe);
}
