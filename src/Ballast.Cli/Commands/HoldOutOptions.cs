using System.CommandLine;
using Ballast.Lab;

namespace Ballast.Cli;

/// <summary>The options that say how the validation share of <c>ballast train</c> is drawn.</summary>
static class HoldOutOptions
{
    /// <summary>The column of groups.</summary>
    public static Option<string?> Group { get; } = new("--group")
    {
        Description = "Of a table, also of one of pictures: hold whole groups out, which this column names, such as patient; with --folds, "
            + "divide them into the parts whole",
        HelpName = "COLUMN",
    };

    /// <summary>Whether the classes keep their proportions.</summary>
    public static Option<bool> Stratified { get; } = new("--stratified")
    {
        Description = "Hold out each class in its share; with --folds, give each part the classes in the proportion of the whole",
    };

    /// <summary>All of them.</summary>
    public static Option[] All { get; } = [Stratified, Group];

    /// <summary>The settings with what is asked for.</summary>
    /// <param name="result">The command line.</param>
    /// <param name="settings">The settings of a training on images.</param>
    /// <param name="folds">Whether it is a cross validation, which divides the images itself.</param>
    /// <exception cref="UsageException">Options that mean nothing to the data, or two that do not go together.</exception>
    public static RunSettings Read(ParseResult result, RunSettings settings, bool folds)
    {
        string? group = result.GetValue(Group);
        if (group is not null && (settings.Data is not { } data || !ImageFolder.IsTable(data)))
        {
            throw new UsageException(
                "--group names a column: of a table (ballast train TABLE.csv --target COLUMN --group COLUMN), or of pictures listed in a CSV file "
                    + $"(ballast train photos.csv --group {group}, with the columns path, label and {group}).");
        }

        if (group is not null && result.GetValue(Stratified))
            throw new UsageException("Pictures are held out in one way: give --stratified or --group, not both.");
        if (folds || !All.Any(result.Has))
            return settings;
        if (settings.Does.Validation == 0)
        {
            throw new UsageException(
                $"{(group is null ? Stratified.Name : Group.Name)} draws the validation share: give --validation, such as 0.2, too.");
        }

        return settings with
        {
            Methods = settings.Does with { Stratified = result.GetValue(Stratified) },
            Pictures = settings.Pictures is null ? null : settings.Pictures with { Group = group },
        };
    }
}
