using System.Text.Json;

namespace Ballast.Tests.Cli;

public sealed class DoctorCommandTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    (int ExitCode, string Output, string Errors) Doctor(params string[] arguments) => BallastCommand.Run(folder, ["doctor", .. arguments]);

    void Train(string run, string layers, params string[] more) => Assert.Equal(0, BallastCommand.Run(
        folder, ["train", layers, "--data", SampleRun.Slice, "--epochs", "3", "--out", run, .. more]).ExitCode);

    [Fact]
    public void A_run_is_examined_on_its_data_and_notes_are_no_failure()
    {
        Train("run", "flatten linear:8 batchnorm relu linear:10");
        var (code, output, errors) = Doctor("run", "--batches", "20");
        Assert.Equal((0, ""), (code, errors));
        Assert.StartsWith("run, " + Path.Combine("run", "weights.safetensors") + "\n\nnote layers.1: redundant-bias, certain\n", output, StringComparison.Ordinal);
        Assert.Contains("\n0 errors, 0 warnings, 1 note in 1 batch normalization, run on 20 batches.\n", output, StringComparison.Ordinal);
        Assert.Equal(3, Doctor("run", "--batches", "0", "--fail-on", "note").ExitCode);

        var result = JsonDocument.Parse(Doctor("run", "--json").Output).RootElement.GetProperty("diagnosis");
        var finding = Assert.Single(result.GetProperty("findings").EnumerateArray());
        Assert.Equal(("redundant-bias", "note", "certain", "layers.1"), (
            finding.GetProperty("check").GetString(), finding.GetProperty("severity").GetString(),
            finding.GetProperty("confidence").GetString(), finding.GetProperty("layer").GetString()));
        Assert.True(finding.GetProperty("evidence").GetProperty("gradient_over_that_of_beta").GetDouble() < 1e-4);
        Assert.Equal(20, result.GetProperty("batches").GetInt32()); // 200 images in batches of 10
    }

    [Fact]
    public void Warnings_have_an_exit_code_of_their_own()
    {
        Train("run", "flatten linear:8,bias=false batchnorm:momentum=0.99 relu linear:10", "--batch-size", "20", "--weight-decay", "0.1");
        var (code, output, errors) = Doctor("run");
        Assert.Equal((3, ""), (code, errors));
        Assert.Contains("warning layers.2: reversed-momentum, likely\n", output, StringComparison.Ordinal);
        Assert.Contains("warning: decayed-norm, certain\n", output, StringComparison.Ordinal);
        Assert.Equal(0, Doctor("run", "--fail-on", "error").ExitCode);
        Assert.Equal(0, Doctor("run", "--fail-on", "never").ExitCode);
    }

    [Fact]
    public void A_run_that_is_tested_on_its_training_data_is_told_so()
    {
        Train("run", "flatten linear:8,bias=false batchnorm relu linear:10", "--test-data", SampleRun.Slice);
        var (code, output, errors) = Doctor("run");
        Assert.Equal((3, ""), (code, errors));
        Assert.Contains("error: test-in-training, certain\n  Of 200 test samples 200 are among the 200 training samples", output, StringComparison.Ordinal);
        Assert.DoesNotContain("conflicting-labels", output, StringComparison.Ordinal);
        Assert.DoesNotContain("test-scale", output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_network_is_examined_before_it_is_trained()
    {
        var (code, output, errors) = Doctor("--model", "flatten linear:8 dropout batchnorm relu linear:10", "--data", SampleRun.Slice, "--batch-size", "199");
        Assert.Equal((3, ""), (code, errors));
        Assert.Contains("layers.3: dropout-before-norm, likely\n", output, StringComparison.Ordinal);
        Assert.Contains("error layers.3: last-batch, certain\n", output, StringComparison.Ordinal);
        Assert.Equal(0, Doctor("--model", "vgg-small", "--batch-size", "128").ExitCode);
        Assert.Contains("run on 16 batches", Doctor("--model", "mlp", "--data", SampleRun.Slice, "--batches", "16").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_state_alone_is_examined()
    {
        var net = Patient.Trained(Patient.Net());
        StateFile.Save(folder.File("good.safetensors"), net.StateDict());
        Patient.Set(net, "1.running_var", static (i, value) => i == 3 ? float.NaN : value);
        StateFile.Save(folder.File("bad.safetensors"), net.StateDict());
        var (code, output, errors) = Doctor("--weights", "good.safetensors");
        Assert.Equal((0, ""), (code, errors));
        Assert.Contains("Nothing found in 1 batch normalization.", output, StringComparison.Ordinal);
        (code, output, _) = Doctor("--weights", "bad.safetensors");
        Assert.Equal(3, code);
        Assert.Contains("error 1: non-finite, certain\n", output, StringComparison.Ordinal);

        Train("run", "flatten linear:8,bias=false batchnorm relu linear:10");
        Assert.Equal(0, Doctor("--weights", Path.Combine("run", "checkpoint.safetensors")).ExitCode);
        Assert.Equal(0, Doctor("--weights", Path.Combine("run", "weights.safetensors"), "--model",
            "flatten linear:8,bias=false batchnorm relu linear:10", "--data", SampleRun.Slice).ExitCode);
    }

    [Fact]
    public void Mistakes_are_told()
    {
        Refused(2, "Name what to examine: RUN, --model or --weights.");
        Refused(1, "There is no folder nowhere.", "nowhere");
        Refused(2, "Give either RUN or --model, not both.", "run", "--model", "mlp");
        Refused(2, "--batch-size means nothing here: the run keeps its settings.", "run", "--batch-size", "3");
        Refused(2, "There is no layer \"linaer\". Did you mean linear?", "--model", "flatten linaer:3");
        Refused(2, "--fail-on: there is no severity \"warnings\". Did you mean warning?", "--model", "mlp", "--fail-on", "warnings");
        Refused(2, "--data and --batches need a network to run", "--weights", "x.safetensors", "--batches", "3");
        Refused(1, "x.safetensors", "--weights", "x.safetensors");

        Directory.CreateDirectory(folder.File("empty"));
        Refused(1, "empty holds no run: it has no run.json.", "empty");
        SampleRun.Folder(folder.File("begun"), SampleRun.Settings);
        Refused(1, "has neither weights nor a checkpoint yet.", "begun");
        string json = File.ReadAllText(Path.Combine(folder.File("begun"), "run.json"));
        File.WriteAllText(Path.Combine(folder.File("begun"), "run.json"), json.Replace("\"format\": 1", "\"format\": 99", StringComparison.Ordinal));
        Refused(1, "is of version 99", "begun");
        File.WriteAllText(Path.Combine(folder.File("begun"), "run.json"), json[..60]);
        Refused(1, "run.json", "begun");

        void Refused(int expected, string message, params string[] arguments)
        {
            var (code, output, errors) = Doctor(arguments);
            Assert.Equal((expected, ""), (code, output));
            Assert.Contains(message, errors, StringComparison.Ordinal);
            Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
        }
    }
}
