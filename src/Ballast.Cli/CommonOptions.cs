using System.CommandLine;
using System.CommandLine.Parsing;
using System.Numerics;
using Ballast.Lab;

namespace Ballast.Cli;

/// <summary>Options that several commands have, and how numbers are read.</summary>
static class CommonOptions
{
    /// <summary>Shows where an error came from.</summary>
    public static Option<bool> Verbose { get; } = new("--verbose")
    {
        Description = "Show where an error came from",
        Recursive = true,
    };

    public static Option<int> Threads() => Count(
        "--threads", "Threads to compute with [default: one for each processor]; the results do not depend on it", 1, 256);

    public static Option<long> Seed() =>
        Number("--seed", "Seed of the weights and of the order of the images", 42L, long.MinValue, long.MaxValue, "a whole number");

    public static Option<int> Epochs() => Count("--epochs", "Epochs to train", 1, 100_000, 5);

    public static Option<int> LogEvery() =>
        Count("--log-every", "Mini-batches whose mean loss makes one line", 1, int.MaxValue, 500);

    public static Option<string?> Out() => new("--out")
    {
        Description = "The run's folder, which must be new or empty [default: a new one in runs/]",
        HelpName = "DIR",
    };

    /// <summary>The default test data.</summary>
    public const string OwnTest = "the test images of a named dataset; with data of your own, none";

    public static Option<string?> Data() => new("--data")
    {
        Description = $"What to train on: {Datasets}, or a folder of pictures with a subfolder for each class (./NAME where it is "
            + "called as a dataset), or a file of records of 1 label byte (0-9) and 3072 image bytes [default: cifar10]",
        HelpName = "DATA",
    };

    public static Option<string?> TestData(string otherwise) => new("--test-data")
    {
        Description = $"What to test on, likewise [default: {otherwise}]",
        HelpName = "DATA",
    };

    public static Option<string?> Resume() => new("--resume")
    {
        Description = "Continue this run where it was stopped; without a name, the newest one in runs/",
        HelpName = "RUN",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public static Option<string?> Weights() => new("--weights")
    {
        Description = "Take the weights from this file: safetensors, PyTorch's .pt or NumPy's .npz [default: the run's own]",
        HelpName = "FILE",
    };

    public static Option<bool> TensorBoard(string where) => new("--tensorboard")
    {
        Description = $"Also write event files for TensorBoard {where}",
    };

    public static Option<bool> Json(string what) => new("--json") { Description = what };

    /// <summary>A whole number in a range.</summary>
    public static Option<int> Count(string name, string description, int least, int most, int? otherwise = null) =>
        Number(name, description, otherwise ?? 0, least, most, Range(least, most), hasDefault: otherwise is not null);

    /// <summary>A number that is finite and not negative.</summary>
    public static Option<float> Positive(string name, string description, float? otherwise = null) =>
        Number(name, description, otherwise ?? 0f, 0f, float.MaxValue, "a number from 0 on", hasDefault: otherwise is not null);

    /// <summary>The same in double precision: 0.999 as it was written and not the nearest float.</summary>
    public static Option<double> PositiveDouble(string name, string description) =>
        Number(name, description, 0d, 0d, double.MaxValue, "a number from 0 on", hasDefault: false);

    /// <summary>An option's value, or null where it was not given.</summary>
    public static T? Given<T>(this ParseResult result, Option<T> option)
        where T : struct => result.GetResult(option) is { Implicit: false } ? result.GetValue(option) : null;

    /// <summary>Whether an option was given.</summary>
    public static bool Has(this ParseResult result, Option option) => result.GetResult(option) is { Implicit: false };

    static string Datasets => string.Join(", ", NamedDatasets.All.Select(static dataset => dataset.Name));

    static Option<T> Number<T>(
        string name, string description, T otherwise, T least, T most, string expected, bool hasDefault = true)
        where T : struct, INumber<T>
    {
        var option = new Option<T>(name) { Description = description, HelpName = "N", CustomParser = Parse };
        if (hasDefault)
            option.DefaultValueFactory = _ => otherwise;
        return option;

        T Parse(ArgumentResult result)
        {
            string text = result.Tokens[0].Value;
            if (NumberText.TryRead(text, out T value) && value >= least && value <= most)
                return value;
            result.AddError($"{name}: expected {expected}, got \"{text}\".{NumberText.Remedy<T>(text)}");
            return default;
        }
    }

    static string Range(int least, int most) =>
        most == int.MaxValue ? $"a whole number from {least} on" : $"a whole number from {least} to {most}";
}
