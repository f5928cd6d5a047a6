namespace Ballast.Lab;

/// <summary>The colours of a study's arms: those without normalization have the one that <c>ballast compare</c> gives them.
/// </summary>
static class Tones
{
    static readonly string[] Others = ["with", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth"];

    /// <summary>An arm's colour; the arms of a group have one.</summary>
    public static string Of(StudyDefinition definition, StudyArm arm)
    {
        string key = arm.Group ?? arm.Name;
        if (IsBare(key))
            return "without";
        var keys = definition.Arms.Select(static other => other.Group ?? other.Name).Distinct().Where(static name => !IsBare(name)).ToList();
        return Others[keys.IndexOf(key) % Others.Length];
    }

    static bool IsBare(string name) => name is "none" or "without";
}
