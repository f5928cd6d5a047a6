using Ballast.Bench;
using BenchmarkDotNet.Running;

// "step", "network", "layer", "probe", "norms", "augment", "limit", "read", "byhand", "program", "table", "decode", "pictures" and "expression" time one
// thing and print it as JSON: bench/peers runs them in turn with PyTorch. "channels" prints a table of layers by channels. "study-errors" counts how often the tests of studies err. Anything else is for BenchmarkDotNet, e.g. --filter '*Kernels*'.
if (args is ["step", .. var step])
    return StepTimer.Run(step);
if (args is ["network", .. var network])
    return NetworkTimer.Run(network);
if (args is ["layer", .. var layer])
    return LayerTimer.Run(layer);
if (args is ["channels", .. var channels])
    return ChannelTimer.Run(channels);
if (args is ["probe", .. var probe])
    return ProbeTimer.Run(probe);
if (args is ["norms", .. var norms])
    return NormsTimer.Run(norms);
if (args is ["augment", .. var augment])
    return AugmentTimer.Run(augment);
if (args is ["limit", .. var limit])
    return LimitTimer.Run(limit);
if (args is ["read", .. var read])
    return FileTimer.Run(read);
if (args is ["byhand", .. var byHand])
    return ByHandTimer.Run(byHand);
if (args is ["expression", .. var expression])
    return ExpressionTimer.Run(expression);
if (args is ["program", .. var program])
    return ProgramTimer.Run(program);
if (args is ["table", .. var table])
    return TableTimer.Run(table);
if (args is ["decode", .. var decode])
    return DecodeTimer.Run(decode);
if (args is ["pictures", .. var pictures])
    return PictureTimer.Run(pictures);
if (args is ["study-errors", .. var errors])
    return StudyErrors.Run(errors);
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
return 0;
