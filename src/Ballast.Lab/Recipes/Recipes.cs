namespace Ballast.Lab;

/// <summary>A network and all settings with which it trains well, under a name.</summary>
/// <param name="Name">What it is called: <c>resnet20</c>.</param>
/// <param name="Summary">What it reaches, in a few words.</param>
/// <param name="Settings">The settings, those of the data left open. A scale of no channels stands for one that is computed
/// of the training data.</param>
public sealed record Recipe(string Name, string Summary, RunSettings Settings);

/// <summary>The recipes that <c>ballast train --recipe</c> knows.</summary>
public static class Recipes
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<Recipe> All { get; } = [AirBenchRecipe.Make(), ResNet20Recipe.Make()];

    /// <summary>The recipe of a name.</summary>
    /// <exception cref="ArgumentException">There is none; the message suggests the nearest.</exception>
    public static Recipe Find(string name) =>
        All.FirstOrDefault(known => known.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
        ?? throw new ArgumentException($"There is no recipe \"{name}\". {Suggestion.Of(name, All.Select(static known => known.Name))}");
}
