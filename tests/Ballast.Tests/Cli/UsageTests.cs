using Ballast.Cli;

namespace Ballast.Tests.Cli;

public sealed class UsageTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("comapre", "Did you mean compare?")]
    [InlineData("study placment", "Did you mean placement?")]
    [InlineData("study no-such", "'no-such'. There are list, run, placement, normalizers,")]
    [InlineData("compare --epoch 3", "Did you mean --epochs?")]
    [InlineData("train --epoch 3", "Did you mean --epochs?")]
    [InlineData("train --epochs some", "--epochs: expected a whole number from 1 to 100000, got \"some\".")]
    [InlineData("train --epochs 0", "--epochs: expected a whole number from 1")]
    [InlineData("train --epochs", "--epochs")]
    [InlineData("train --seed 1.5", "--seed: expected a whole number")]
    [InlineData("train --learning-rate NaN", "--learning-rate: expected a number from 0 on")]
    [InlineData("train --learning-rate -1", "--learning-rate: expected a number from 0 on")]
    [InlineData("train --learning-rate 0,01", "--learning-rate: expected a number from 0 on, got \"0,01\". Write decimals with a point: 0.01.\n")]
    [InlineData("train --momentum 0,9", "--momentum: expected a number from 0 on, got \"0,9\". Write decimals with a point: 0.9.\n")]
    [InlineData("train --ema 0,999", "--ema: expected a number from 0 on, got \"0,999\". Write decimals with a point: 0.999.\n")]
    [InlineData("train --learning-rate 1e-60", "--learning-rate: expected a number from 0 on, got \"1e-60\".\n")]
    [InlineData("train --epochs 1,000", "--epochs: expected a whole number from 1 to 100000, got \"1,000\". Write a number without commas.\n")]
    [InlineData("study learning-rate --factors 1;0,5", "--factors: expected numbers above 0 with commas between them, got \"1;0,5\".")]
    [InlineData("train --optimizer adm", "Did you mean adam?")]
    [InlineData("train --optimizer 1", "no optimizer \"1\"")]
    [InlineData("train --model mlp-plane", "Did you mean mlp-plain?")]
    [InlineData("train relu --model mlp", "not both")]
    [InlineData("train flatten liner:3", "Did you mean linear?\n  flatten liner:3\n          ^^^^^\n")]
    [InlineData("train --resume --seed 3", "--seed cannot be changed with --resume")]
    [InlineData("train --resume", "no run in runs/")]
    [InlineData("compare --resume --epochs 3", "--epochs cannot be changed with --resume")]
    [InlineData("evaluate", "")]
    [InlineData("data look", "look")]
    [InlineData("data fetch fashion", "There is no dataset \"fashion\". Did you mean fashion-mnist?")]
    [InlineData("predict run", "")]
    [InlineData("predict run @a.png", "There is no folder run.", 1)]
    [InlineData("evaluate @a", "There is no folder @a.", 1)]
    [InlineData("evaluate --wieghts", "There is no option --wieghts. Did you mean --weights? A file or folder of this name is written ./--wieghts.")]
    [InlineData("train --quux", "There is no option --quux. A file or folder of this name is written ./--quux.")]
    [InlineData("predict run -- -x.png", "There is no folder run.", 1)]
    [InlineData("predict run -x.png", "There is no option -x.png.")]
    [InlineData("study placement --prefetch 2", "--prefetch is an option of ballast train and not of a study: each of its trainings has one thread. Leave it out.")]
    [InlineData("predict run a.png --top 0", "--top: expected a whole number from 1")]
    public void What_cannot_be_understood_is_said_in_a_line_and_ends_with_2(string arguments, string message, int expected = 2)
    {
        var (code, output, errors) = BallastCommand.Run(folder, arguments.Split(' '));
        Assert.Equal(expected, code);
        Assert.Empty(output);
        Assert.StartsWith("error: ", errors, StringComparison.Ordinal);
        Assert.Contains(message, errors, StringComparison.Ordinal);
        Assert.Equal(expected == 2, errors.Contains("--help.", StringComparison.Ordinal));
        Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
        Assert.Empty(folder.Names());
    }

    // There is no data, and none can be fetched: to say so would mean that it was looked for. Nothing is made.
    [Theory]
    [InlineData("train --schedule cosin", "There is no schedule \"cosin\". Did you mean cosine?")]
    [InlineData("train --schedule step:2,gama=0.5", "takes no \"gama\"")]
    [InlineData("train --recipe resnet21", "Did you mean resnet20?")]
    [InlineData("train --learning-rate 0 --momentum 0.9", "Momentum and Nesterov are settings of sgd")]
    [InlineData("train --optimizer sgd --nesterov", "Nesterov")]
    [InlineData("train --clip-norm 0", "expected a largest norm above 0")]
    [InlineData("train --skip-non-finite", "Steps are skipped by the norm")]
    [InlineData("train --label-smoothing 2", "label smoothing")]
    [InlineData("train --loss mse --label-smoothing 0.1", "settings of the cross entropy")]
    [InlineData("train --ema 1", "expected a decay")]
    [InlineData("train --ema 0.9 --swa 2", "two averages")]
    [InlineData("train --swa 6", "from epoch 6 on, and the run has 5")]
    [InlineData("train --ema-warm-up", "no exponential moving average")]
    [InlineData("train --no-decay-norms", "no weight decay to keep")]
    [InlineData("train --validation 1", "A validation share of 1 leaves none on one side")]
    [InlineData("train --mean 0.5,0.5 --std 0.1,0", "Standardization: expected")]
    [InlineData("train --recipe airbench --ema 0.9", "slow weights of its own")]
    [InlineData("train --data nothing.bin --keep-best", "nothing to look at after each epoch")]
    [InlineData("train --folds 3 --schedule cosin", "There is no schedule")]
    [InlineData("study placement --schedule cosin", "There is no schedule")]
    [InlineData("study optimizer --clip-norm 0", "expected a largest norm above 0")]
    [InlineData("study placement --out run --label-smoothing 2", "label smoothing")]
    [InlineData("doctor --model mlp --batches 1 --momentum 0.9", "Momentum and Nesterov are settings of sgd")]
    [InlineData("train conv:8,4040 flatten linear:10", "the kernel covers 4040 x 4040 pixels")]
    [InlineData("train flatten linear:3", "The network turns a sample [3, 32, 32]")]
    [InlineData("train flatten conv:3,3 --data fashion-mnist", "conv")]
    [InlineData("train --folds 3 conv:8,4040 flatten linear:10", "the kernel covers 4040 x 4040 pixels")]
    [InlineData("study placement conv:8,4040 relu flatten linear:10", "the kernel covers 4040 x 4040 pixels")]
    [InlineData("train --optimizer muon --learning-rate 0", "Muon: expected a learning rate above 0")]
    [InlineData("train --test-data nowhere", "nowhere. Expected a folder", 1)]
    [InlineData("compare --test-data nowhere", "nowhere. Expected a folder", 1)]
    [InlineData("study placement --test-data nowhere", "nowhere. Expected a folder", 1)]
    public void What_no_data_can_be_trained_with_is_refused_before_the_data(string arguments, string message, int expected = 2)
    {
        var (code, output, errors) = BallastCommand.Run(folder, arguments.Split(' '));
        Assert.Equal(expected, code);
        Assert.Empty(output);
        Assert.StartsWith("error: ", errors, StringComparison.Ordinal);
        Assert.Contains(message, errors, StringComparison.OrdinalIgnoreCase);
        Assert.Empty(folder.Names());
    }

    [Theory]
    [InlineData("", "compare")]
    [InlineData("--help", "evaluate")]
    [InlineData("compare --help", "ballast compare --epochs 1 --seed 7")]
    [InlineData("train --help", "batchnorm[:momentum=0.1")]
    [InlineData("train --help", "ballast train --data fashion-mnist")]
    [InlineData("predict --help", "--top 3 --json")]
    [InlineData("data --help", "ballast data fetch")]
    public void Help_names_what_there_is_and_gives_examples(string arguments, string text)
    {
        var (code, output, errors) = BallastCommand.Run(folder, arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(0, code);
        Assert.Empty(errors);
        Assert.Contains(text, output, StringComparison.Ordinal);
    }

    [Fact]
    public void The_help_of_train_lists_its_options_in_groups_and_each_once()
    {
        string help = BallastCommand.Run(folder, "train", "--help").Output;
        Assert.DoesNotContain("Other options:", help, StringComparison.Ordinal);
        Assert.DoesNotContain("\nOptions:", help, StringComparison.Ordinal);
        string[] lines = help.Split('\n');
        int At(string start) => Assert.Single(Enumerable.Range(0, lines.Length), line => lines[line].StartsWith(start, StringComparison.Ordinal));
        int before = At("Arguments:");
        foreach (var (title, options) in TrainHelp.Groups)
        {
            Assert.True(At($"{title}:") > before, title);
            before = At($"{title}:");
            foreach (string option in options)
            {
                int at = Assert.Single(Enumerable.Range(0, lines.Length), line => System.Text.RegularExpressions.Regex.IsMatch(lines[line], $"^  (-[^ ]*, )*{option}( |$)"));
                Assert.True(at > before, option);
                before = at;
            }
        }

        Assert.True(At("Examples:") > before);
    }

    [Fact]
    public void The_version_is_the_librarys() =>
        Assert.Equal($"{Ballast.Lab.Machine.BallastVersion}\n", BallastProcess.Run(folder, "--version").Output);
}
