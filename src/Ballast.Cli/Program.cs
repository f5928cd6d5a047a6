using Ballast.Cli;

#if PICTURES
Ballast.PictureDecoder.Default = new Ballast.PhotoDecoder();
Ballast.OnnxFile.Register();
#endif
return Application.Run(args);
