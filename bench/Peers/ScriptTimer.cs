using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using TorchSharp;

namespace Ballast.Peers;

/// <summary>Times training steps of a TorchScript file on TorchSharp's libtorch: its forward pass takes a scale and gives a loss; the file has its
/// inputs with it. <c>Ballast.Peers --script FILE OPTIMIZER STEPS THREADS</c> prints ms a step, after as many steps that are not counted.</summary>
static class ScriptTimer
{
    const string Child = "BALLAST_PEERS_SCRIPT_THREADS";

    /// <summary>Starts this program again with the settings of a number of threads, or measures where it was started so.</summary>
    public static int Run(string file, string optimizer, int steps, int threads)
    {
        if (Environment.GetEnvironmentVariable(Child) is not { Length: > 0 })
        {
            string[] numbers = [.. new[] { steps, threads }.Select(static number => number.ToString(CultureInfo.InvariantCulture))];
            string[] arguments = ["--script", file, optimizer, .. numbers];
            using var process = Process.Start(Environments.Of(threads, Child, arguments))!;
            process.WaitForExit();
            return process.ExitCode;
        }

        torch.set_num_threads(threads);
        using var network = torch.jit.load<torch.Tensor, torch.Tensor>(file);
        network.train();
        var optimization = Make(optimizer, network.parameters());
        var one = torch.ones([]);
        void Step()
        {
            using var scope = torch.NewDisposeScope();
            optimization.zero_grad();
            var loss = network.forward(one);
            loss.backward();
            optimization.step();
            _ = loss.item<float>();
        }

        for (int i = 0; i < steps; i++)
            Step();
        var clock = Stopwatch.StartNew();
        for (int i = 0; i < steps; i++)
            Step();
        Console.WriteLine(JsonSerializer.Serialize(new { ms = clock.Elapsed.TotalMilliseconds / steps }));
        return 0;
    }

    static torch.optim.Optimizer Make(string name, IEnumerable<TorchSharp.Modules.Parameter> parameters) => name switch
    {
        "SGD" => torch.optim.SGD(parameters, 1e-6, momentum: 0.9),
        "RMSprop" => torch.optim.RMSProp(parameters, 1e-6, momentum: 0.9),
        "Adadelta" => torch.optim.Adadelta(parameters, 1e-6),
        "AdamW" => torch.optim.AdamW(parameters, 1e-6),
        _ => torch.optim.Adam(parameters, 1e-6),
    };
}
