// Kazakh for the searchable choices of the staff site; select2 brings none.
(function () {
  "use strict";
  const amd = jQuery.fn.select2.amd;
  amd.define("select2/i18n/kk", [], function () {
    return {
      errorLoading: function () { return "Нәтижелерді жүктеу мүмкін болмады."; },
      inputTooLong: function (args) { return "Артық таңбаларды өшіріңіз: " + (args.input.length - args.maximum); },
      inputTooShort: function (args) { return "Тағы кемінде " + (args.minimum - args.input.length) + " таңба енгізіңіз"; },
      loadingMore: function () { return "Тағы нәтижелер жүктелуде…"; },
      maximumSelected: function (args) { return "Ең көбі " + args.maximum + " элемент таңдауға болады"; },
      noResults: function () { return "Ештеңе табылмады"; },
      searching: function () { return "Ізделуде…"; },
      removeAllItems: function () { return "Барлығын алып тастау"; },
      removeItem: function () { return "Элементті алып тастау"; },
      search: function () { return "Іздеу"; },
    };
  });
}());
