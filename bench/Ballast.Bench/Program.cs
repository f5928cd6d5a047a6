using Ballast.Bench;
using BenchmarkDotNet.Running;

// "step" and "adam" time one thing and print it as JSON: bench/peers runs them in turn with PyTorch. Anything else is for
// BenchmarkDotNet, e.g. --filter '*Kernel*'.
if (args is ["step", .. var options])
    return StepTimer.Run(options);
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
return 0;
