using Ballast.Cli;

#if PICTURES
Ballast.PictureDecoder.Default = new Ballast.PhotoDecoder();
Ballast.OnnxFile.Register();
Ballast.KerasFile.Register();
#endif
return Application.Run(args);
