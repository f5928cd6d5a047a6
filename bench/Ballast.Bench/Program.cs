using System.Globalization;
using Ballast.Bench;
using BenchmarkDotNet.Running;

// Each times one thing and prints it as JSON, in turn with PyTorch where bench/peers calls it; "channels" prints a table, "study-errors" counts
// how often the tests of studies err. Words in small letters are given as they stand, those in [] may be left out, and words in capitals
// stand for a number or for a text. Anything else is for BenchmarkDotNet, e.g. --filter '*Kernels*'.
(string Usage, Func<string[], int> Run)[] commands =
[
    ("step THREADS BATCH SECONDS", StepTimer.Run),
    ("network NAME train|infer THREADS BATCH SECONDS", NetworkTimer.Run),
    ("layer NAME THREADS SECONDS SIZES...", LayerTimer.Run),
    ("channels THREADS SECONDS NAME [COUNTS...]", ChannelTimer.Run),
    ("probe mlp|vgg-small THREADS BATCH SECONDS [doctor]", ProbeTimer.Run),
    ("norms layer|between THREADS SECONDS N C [H] [W]", NormsTimer.Run),
    ("augment NAME THREADS BATCH SECONDS", AugmentTimer.Run),
    ("limit THREADS [LENGTH]", LimitTimer.Run),
    ("read MEGABYTES ROUNDS", FileTimer.Run),
    ("byhand THREADS BATCH SECONDS", ByHandTimer.Run),
    ("expression THREADS SIZE SECONDS", ExpressionTimer.Run),
    ("program NAME THREADS STEPS", ProgramTimer.Run),
    ("table ROWS COLUMNS ROUNDS [parquet|FILE]", TableTimer.Run),
    ("decode FOLDER SIDE ROUNDS", DecodeTimer.Run),
    ("pictures COUNT EPOCHS", PictureTimer.Run),
    ("study-errors [REPETITIONS] [NAMES...]", StudyErrors.Run),
];
string[] texts = ["NAME", "NAMES", "FOLDER", "FILE"];

foreach (var (usage, run) in commands)
{
    string[] words = usage.Split(' ');
    if (args is [var command, .. var options] && command == words[0])
    {
        string trouble = "";
        try
        {
            if (Fits(options, words[1..]))
                return run(options);
        }
        catch (ArgumentException wrong)
        {
            trouble = $"{wrong.Message}\n";
        }

        Console.Error.WriteLine($"{trouble}Expected: {usage}\nGot:      {string.Join(' ', args)}");
        return 2;
    }
}

BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
return 0;

bool Fits(string[] options, string[] words)
{
    bool repeats = words is [.., var last] && last.Contains("...", StringComparison.Ordinal);
    int least = words.Count(static word => word[0] != '[');
    if (options.Length < least || (options.Length > words.Length && !repeats))
        return false;
    for (int i = 0; i < options.Length; i++)
    {
        if (!Suits(options[i], words[Math.Min(i, words.Length - 1)].Trim('[', ']', '.')))
            return false;
    }

    return true;
}

bool Suits(string option, string word) => word.Split('|').Any(choice =>
    texts.Contains(choice) || choice == option
    || (choice.All(char.IsAsciiLetterUpper) && double.TryParse(option, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && value > 0));
