using Ballast.Cli;

#if PICTURES
Ballast.PictureDecoder.Default = new Ballast.PhotoDecoder();
Ballast.OnnxFile.Register();
Ballast.KerasFile.Register();
Ballast.Lab.BodyReader.Current = new OnnxBodies();
Ballast.Lab.WeightReader.Current = new KerasWeights();
#endif
return Application.Run(args);
